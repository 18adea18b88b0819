"""Money moves, and things are made, once per idempotency key: the same request again is answered as
it was, for 30 days."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import IdempotencyConflict, InvalidInput
from app.models import IdempotencyKey
from app.models.api_keys import PLATFORM
from app.services.locks import any_account_locked
from app.store import idempotency as store

KEY_LIMIT = 200
KEEP = timedelta(days=30)
AT_ONCE, TIMES = 1_000, 10
"""Rows that are forgotten in one transaction, and how many of those there are in a minute."""


def digest(operation: str, body: Mapping[str, Any]) -> str:
    """The request's fingerprint: which operation, with which input."""
    canonical = orjson.dumps([operation, body], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(canonical).hexdigest()


def check_key(key: str) -> None:
    if not key.strip() or len(key) > KEY_LIMIT or not key.isprintable():
        raise InvalidInput(
            f"An idempotency key is 1 to {KEY_LIMIT} printable characters, not blanks alone.",
            field="idempotencyKey",
        )


async def once(
    uow: UnitOfWork,
    account_id: UUID,
    key: str,
    request: str,
    work: Callable[[], Awaitable[dict[str, Any]]],
) -> dict[str, Any]:
    """Do `work` and keep its result, or give the kept one. Both are one transaction.

    Two at once meet at the account's lock: the second finds what the first has kept. A request
    that was refused keeps nothing, so it may be sent again with the same key. Whether a closed
    account is refused is the work's own business: money that it owes is still paid and corrected.
    """
    check_key(key)
    await any_account_locked(uow, account_id)
    kept = await store.get(uow.session, account_id, key)
    if kept is not None:
        return _answered(kept, request)
    result = await work()
    row = IdempotencyKey(
        account_id=account_id, key=key, request=request, result=result, created_at=uow.now()
    )
    uow.session.add(row)
    return result


def _answered(kept: IdempotencyKey, request: str) -> dict[str, Any]:
    if kept.request != request:
        raise IdempotencyConflict
    return kept.result


def own_key(principal_id: UUID, key: str) -> str:
    """With the platform everybody has keys of their own."""
    check_key(key)
    return f"{principal_id}:{key}"


async def kept(uow: UnitOfWork, key: str, request: str) -> dict[str, Any] | None:
    """What was answered to a key of the platform."""
    row = await store.get(uow.session, PLATFORM, key)
    return None if row is None else _answered(row, request)


async def claim(uow: UnitOfWork, key: str, request: str, result: dict[str, Any]) -> bool:
    """For what is of no account yet, in a unit of the platform: `result` will be the answer.

    Two at once meet here: the second waits until the first has committed, and is told False.
    """
    row = IdempotencyKey(
        account_id=PLATFORM, key=key, request=request, result=result, created_at=uow.now()
    )
    return await store.claim(uow.session, row)


async def forget(transactions: Transactions) -> None:
    """Delete what is older than 30 days, so many rows at a time that nobody waits for it."""
    for _ in range(TIMES):
        async with transactions.begin() as uow:
            if await store.forget(uow.session, uow.now() - KEEP, limit=AT_ONCE) < AT_ONCE:
                return
