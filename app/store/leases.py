"""What is asked of a provider under a lease, payments and refunds alike, and was left behind."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_ABANDONED = {
    table: text(f"""
        SELECT account_id, id FROM {table}
        WHERE status IN ('CREATED', 'SENT', 'UNKNOWN')
          AND (lease_until IS NULL OR lease_until < :now)
        ORDER BY lease_until NULLS FIRST, id LIMIT :count
    """)  # noqa: S608
    for table in ("payments", "refunds")
}


async def unsettled(
    session: AsyncSession, table: str, *, now: datetime, count: int
) -> Sequence[tuple[UUID, UUID]]:
    """Open ones that nobody holds the lease of: created and never sent, or left behind."""
    connection = await session.connection()
    rows = await connection.execute(_ABANDONED[table], {"now": now, "count": count})
    return [(row[0], row[1]) for row in rows]
