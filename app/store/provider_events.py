"""Events of payment providers: kept once, and claimed by who works on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.provider_events import EventOutcome
from app.models import ReceivedEvent

_KEEP = text("""
    INSERT INTO provider_events (provider, id, kind, account_id, payment_id, reference, body,
        occurred_at, received_at, attempts, next_at)
    VALUES (:provider, :id, :kind, :account_id, :payment_id, :reference, :body, :occurred_at,
        :received_at, 0, :next_at)
    ON CONFLICT DO NOTHING
""")


async def keep(session: AsyncSession, event: ReceivedEvent) -> bool:
    """Whether it is the first time. Whoever may only insert cannot ask what is there."""
    connection = await session.connection()
    kept = await connection.execute(_KEEP, event.model_dump())
    return kept.rowcount == 1


_OPEN = text("""
    SELECT id FROM provider_events
    WHERE provider = :provider AND processed_at IS NULL AND next_at <= :now
    ORDER BY next_at, id LIMIT :count
""")


async def unprocessed(
    session: AsyncSession, provider: str, *, now: datetime, count: int
) -> Sequence[str]:
    connection = await session.connection()
    values = {"provider": provider, "now": now, "count": count}
    return list((await connection.execute(_OPEN, values)).scalars())


_CLAIM = text("""
    UPDATE provider_events SET attempts = attempts + 1, next_at = :until
    WHERE provider = :provider AND id = :id AND processed_at IS NULL AND next_at <= :now
    RETURNING account_id, payment_id, reference, attempts
""")


async def claim(
    session: AsyncSession, provider: str, event_id: str, *, now: datetime, until: datetime
) -> Any | None:
    """None if it is done, or somebody works on it."""
    connection = await session.connection()
    values = {"provider": provider, "id": event_id, "now": now, "until": until}
    return (await connection.execute(_CLAIM, values)).first()


_PUT_OFF = text("""
    UPDATE provider_events SET next_at = :until
    WHERE provider = :provider AND id = :id AND processed_at IS NULL
""")


async def put_off(session: AsyncSession, provider: str, event_id: str, until: datetime) -> None:
    connection = await session.connection()
    await connection.execute(_PUT_OFF, {"provider": provider, "id": event_id, "until": until})


_FINISH = text("""
    UPDATE provider_events SET processed_at = :now, outcome = :outcome
    WHERE provider = :provider AND id = :id AND processed_at IS NULL
""")


async def finish(
    session: AsyncSession, provider: str, event_id: str, outcome: EventOutcome, now: datetime
) -> None:
    connection = await session.connection()
    values = {"provider": provider, "id": event_id, "outcome": outcome, "now": now}
    await connection.execute(_FINISH, values)
