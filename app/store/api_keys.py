"""API keys and the accounts that partners' keys may work for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam
from sqlmodel import and_, col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import metadata
from app.db.rows import fetch
from app.models import Account, ApiKey, ApiKeyGrant

_KEYS = metadata.tables["api_keys"].c
_DIGEST, _NOW = bindparam("digest", type_=Text), bindparam("now", type_=_KEYS.expires_at.type)
_BY_DIGEST = select(*_KEYS).where(
    _KEYS.account_id == bindparam("account_id"),
    or_(
        _KEYS.digest == _DIGEST,
        and_(_KEYS.previous_digest == _DIGEST, _KEYS.previous_ends_at > _NOW),
    ),
    _KEYS.revoked_at.is_(None),
    or_(_KEYS.expires_at.is_(None), _KEYS.expires_at > _NOW),
)


async def by_digest(
    session: AsyncSession, account_id: UUID, digest: str, now: datetime
) -> Any | None:
    """The row of the key that has this text now: not revoked, not over."""
    values = {"account_id": account_id, "digest": digest, "now": now}
    found = await fetch(session, _BY_DIGEST, values)
    return found[0] if found else None


async def used(session: AsyncSession, key: Any, now: datetime) -> None:
    """Of two at the same time one writes, and nobody waits for a key that is being changed."""
    mine = select(col(ApiKey.id)).where(
        col(ApiKey.account_id) == key.account_id,
        col(ApiKey.id) == key.id,
        col(ApiKey.last_used_at).is_not_distinct_from(key.last_used_at),
    )
    statement = (
        update(ApiKey)
        .where(
            col(ApiKey.account_id) == key.account_id,
            col(ApiKey.id).in_(mine.with_for_update(skip_locked=True)),
        )
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)


async def for_update(session: AsyncSession, account_id: UUID, key_id: UUID) -> ApiKey | None:
    query = select(ApiKey).where(col(ApiKey.account_id) == account_id, col(ApiKey.id) == key_id)
    return (await session.exec(query.with_for_update())).first()


async def granted(session: AsyncSession, key_id: UUID) -> Sequence[Any]:
    """(account, whether it is a sandbox account) of each grant; needs to see all accounts."""
    query = (
        select(col(ApiKeyGrant.account_id), col(Account.test_clock).is_not(None))
        .join(Account, col(Account.id) == col(ApiKeyGrant.account_id))
        .where(col(ApiKeyGrant.key_id) == key_id, col(ApiKeyGrant.revoked_at).is_(None))
    )
    return (await session.exec(query)).all()


async def grant(session: AsyncSession, account_id: UUID, key_id: UUID) -> ApiKeyGrant | None:
    """The one that is in force; the account is locked."""
    query = select(ApiKeyGrant).where(
        col(ApiKeyGrant.account_id) == account_id,
        col(ApiKeyGrant.key_id) == key_id,
        col(ApiKeyGrant.revoked_at).is_(None),
    )
    return (await session.exec(query)).first()
