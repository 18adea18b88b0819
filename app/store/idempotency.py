"""What was answered to idempotency keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import IdempotencyKey


async def get(session: AsyncSession, account_id: UUID, key: str) -> IdempotencyKey | None:
    return await session.get(IdempotencyKey, (account_id, key))


async def claim(session: AsyncSession, row: IdempotencyKey) -> bool:
    """Whether the key is ours; whoever is at it right now is waited for."""
    connection = await session.connection()
    query = insert(IdempotencyKey).values(**row.model_dump()).on_conflict_do_nothing()
    return (await connection.execute(query)).rowcount == 1


_FORGET = text("""
    DELETE FROM idempotency_keys WHERE (account_id, key) IN (
        SELECT account_id, key FROM idempotency_keys
        WHERE created_at < :before ORDER BY created_at LIMIT :limit
    ) AND created_at < :before
""")


async def forget(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """How many rows of before then were deleted."""
    connection = await session.connection()
    return (await connection.execute(_FORGET, {"before": before, "limit": limit})).rowcount
