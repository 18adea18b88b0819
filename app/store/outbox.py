"""Rows of the outbox."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.outbox import OutboxJob
from app.db.types import is_one_of


async def take(session: AsyncSession, account_id: UUID, job_id: UUID) -> OutboxJob | None:
    """Lock an undone job; None if it is done, or another worker has it."""
    query = select(OutboxJob).where(
        col(OutboxJob.account_id) == account_id,
        col(OutboxJob.id) == job_id,
        col(OutboxJob.done_at).is_(None),
    )
    return (await session.exec(query.with_for_update(skip_locked=True))).first()


_RING_AGAIN = text("""
    UPDATE outbox SET rung_at = :now, rings = rings + 1
    WHERE (account_id, id) IN (
        SELECT account_id, id FROM outbox
        WHERE done_at IS NULL AND rung_at < :older_than ORDER BY rung_at LIMIT :limit
    ) AND done_at IS NULL AND rung_at < :older_than
    RETURNING kind, account_id, id, rings
""")


async def ring_again(
    session: AsyncSession, *, older_than: datetime, now: datetime, limit: int
) -> Sequence[tuple[str, UUID, UUID, int]]:
    """Each undone job that was last rung before `older_than`, for one relay only."""
    connection = await session.connection()
    values = {"older_than": older_than, "now": now, "limit": limit}
    return [(r[0], r[1], r[2], r[3]) for r in await connection.execute(_RING_AGAIN, values)]


async def delete_done(session: AsyncSession, *, before: datetime) -> None:
    connection = await session.connection()
    query = text("DELETE FROM outbox WHERE done_at < :before")
    await connection.execute(query, {"before": before})


async def waiting(session: AsyncSession, kind: str, account_ids: Collection[UUID]) -> set[UUID]:
    """Which of these accounts have an undone job of this kind."""
    query = select(OutboxJob.account_id).where(
        col(OutboxJob.done_at).is_(None),
        col(OutboxJob.kind) == kind,
        is_one_of(OutboxJob.account_id, account_ids),
    )
    return set((await session.exec(query)).all())
