"""The audit: each change of a unit of work with who asked for it, in the same transaction (S25)."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from app.db.changes import watched
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.audit_events import Asked, Asker, Change, Whence, body_of
from app.domain.permissions import pseudonym
from app.models.api_keys import PLATFORM
from app.store import audit_events as store

AT_ONCE = 1_000
PERSON = "PERSON"
STRANGER = "STRANGER"


def audited(transactions: Transactions, asked: Asked) -> Transactions:
    """Units of work that are a row of the audit each; what is undone leaves none.

    Those of operators are one if they change something: some only look.
    """
    return replace(transactions, audit=partial(_audit, asked))


@asynccontextmanager
async def _audit(asked: Asked, uow: UnitOfWork, account_id: UUID | None) -> AsyncIterator[None]:
    with watched(uow.session) as changes:
        yield
        if not uow.session.in_transaction():  # it was only tried
            return
        await uow.session.flush()
    found = [*changes.found(), *uow.written]
    if found or account_id is not None:
        await _append(uow, account_id or PLATFORM, asked, found)


async def _append(uow: UnitOfWork, chain: UUID, asked: Asked, found: Sequence[Change]) -> None:
    body = orjson.dumps(body_of(chain, uow.now(), asked, found)).decode()
    said = {"operation": asked.operation, "actor": asked.asker.name, "body": body}
    await store.append(uow.session, chain, uow.now(), **said)


async def note(
    uow: UnitOfWork, account_id: UUID, user_id: UUID, operation: str, whence: Whence
) -> None:
    """What a person has done with a password or a session, before it is known who asks."""
    asker = Asker(user_id, pseudonym(user_id), PERSON)
    asked = Asked(operation, asker, {}, None, whence.request_id, whence.address)
    await _append(uow, account_id, asked, ())


async def note_stranger(
    uow: UnitOfWork, account_id: UUID, user_id: UUID, operation: str, whence: Whence
) -> None:
    """What somebody whom nobody knows has asked for about a user."""
    nobody = Asker(UUID(int=0), "nobody", STRANGER)
    given = {"userId": str(user_id)}
    asked = Asked(operation, nobody, given, None, whence.request_id, whence.address)
    await _append(uow, account_id, asked, ())


async def exported(
    transactions: Transactions, account_id: UUID | None
) -> AsyncGenerator[list[dict[str, Any]], None]:
    """All rows of a chain, or of all chains, as a stranger can verify them; page by page."""
    after, more = (PLATFORM, 0), True
    while more:
        async with transactions.begin() as uow:
            rows = await store.page(uow.session, after, account_id, AT_ONCE)
        yield [
            {
                "account": str(row.account_id),
                "number": row.number,
                "body": row.body,
                "hash": row.hash.hex(),
            }
            for row in rows
        ]
        more = len(rows) == AT_ONCE
        after = (rows[-1].account_id, rows[-1].number) if rows else after


async def heads(transactions: Transactions) -> list[dict[str, Any]]:
    """Where each chain ends now: kept elsewhere, they show later that nothing was cut off."""
    async with transactions.begin() as uow:
        rows = await store.heads(uow.session)
    return [
        {"account": str(row.account_id), "number": row.number, "hash": row.hash.hex()}
        for row in rows
    ]
