"""Events, which other tables of webhooks may outlive by no day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.events import Event
from app.domain.events import WITHIN, EventKind


@dataclass(frozen=True, slots=True)
class Span:
    """Events from an instant on and before another one, of these kinds (none: of all)."""

    since: datetime
    until: datetime
    kinds: Sequence[str] = ()


async def get(session: AsyncSession, account_id: UUID, event_id: UUID) -> Event | None:
    return await session.get(Event, (account_id, event_id))


async def of_span(
    session: AsyncSession, account_id: UUID, span: Span, *, limit: int
) -> Sequence[Event]:
    """The oldest first."""
    query = select(Event).where(
        col(Event.account_id) == account_id,
        col(Event.at) >= span.since,
        col(Event.at) < span.until,
        col(Event.kind).not_in({EventKind.WEBHOOK_TEST, *WITHIN}),
    )
    if span.kinds:
        query = query.where(col(Event.kind).in_(span.kinds))
    return (await session.exec(query.order_by(col(Event.id)).limit(limit))).all()


async def forget(session: AsyncSession, *, events: datetime, deliveries: datetime) -> None:
    """Delete what is older."""
    connection = await session.connection()
    await connection.execute(
        text("DELETE FROM webhook_attempts WHERE at < :before"), {"before": deliveries}
    )
    await connection.execute(
        text("DELETE FROM webhook_deliveries WHERE created_at < :before"), {"before": deliveries}
    )
    await connection.execute(text("DELETE FROM events WHERE at < :before"), {"before": events})
