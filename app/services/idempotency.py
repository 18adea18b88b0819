"""Money moves once per idempotency key: the same request again is answered as it was."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlmodel import col, select

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import IdempotencyConflict, InvalidInput
from app.models import IdempotencyKey
from app.services.locks import any_account_locked

KEY_LIMIT = 200


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
    query = select(IdempotencyKey).where(
        col(IdempotencyKey.account_id) == account_id, col(IdempotencyKey.key) == key
    )
    kept = (await uow.session.exec(query)).first()
    if kept is None:
        result = await work()
        uow.session.add(
            IdempotencyKey(
                account_id=account_id,
                key=key,
                request=request,
                result=result,
                created_at=uow.now(),
            )
        )
        return result
    if kept.request != request:
        raise IdempotencyConflict
    return kept.result
