"""The audit: each change of a unit of work with who asked for it, in the same transaction (S25)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from app.db.changes import watched
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.audit_events import Asked, body_of
from app.models.api_keys import PLATFORM
from app.store import audit_events as store

AT_ONCE = 1_000


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
    found = changes.found()
    if not found and account_id is None:
        return
    chain, now = account_id or PLATFORM, uow.now()
    body = orjson.dumps(body_of(chain, now, asked, found)).decode()
    name = asked.asker.name
    await store.append(uow.session, chain, now, operation=asked.operation, actor=name, body=body)


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
