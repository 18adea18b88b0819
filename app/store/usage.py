"""Usage events: staged in arrays, inserted set-based, counted by month."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import new_id
from app.domain import usage as rules
from app.models import UsageEvent, User

_INSERT = text("""
    INSERT INTO usage_events (account_id, id, event_id, kind, direction, line_type, initiator,
        quantity, user_id, happened_at, posted_at, rate, amount, included, batch_id,
        source, fee_rate, fee, deferred)
    SELECT :account_id, e.id, e.event_id, e.kind, e.direction, e.line_type, e.initiator,
        e.quantity, e.user_id, e.happened_at, :posted_at, e.rate, e.amount, e.included, :batch_id,
        '', 0, 0, false
    FROM unnest(CAST(:ids AS uuid[]), CAST(:event_ids AS text[]), CAST(:kinds AS text[]),
        CAST(:directions AS text[]), CAST(:line_types AS text[]), CAST(:initiators AS text[]),
        CAST(:quantities AS int[]), CAST(:user_ids AS uuid[]),
        CAST(:happened AS timestamptz[]), CAST(:rates AS bigint[]), CAST(:amounts AS bigint[]),
        CAST(:included AS bool[]))
      AS e (id, event_id, kind, direction, line_type, initiator, quantity, user_id,
        happened_at, rate, amount, included)
    ORDER BY e.event_id
    ON CONFLICT (account_id, source, event_id) DO NOTHING
    RETURNING event_id
""")


async def insert_events(
    session: AsyncSession,
    account_id: UUID,
    batch_id: UUID,
    events: Sequence[tuple[rules.UsageEvent, rules.Rated]],
    *,
    posted_at: datetime,
) -> set[str]:
    """The ids that are new; the unique key (account, id) decides, also between two batches."""
    if not events:
        return set()
    values: dict[str, Any] = {
        "account_id": account_id,
        "batch_id": batch_id,
        "posted_at": posted_at,
        "ids": [new_id() for _ in events],
        "event_ids": [event.event_id for event, _ in events],
        "kinds": [event.kind.value for event, _ in events],
        "directions": [event.direction.value for event, _ in events],
        "line_types": [event.line_type.value for event, _ in events],
        "initiators": [event.initiator.value for event, _ in events],
        "quantities": [event.quantity for event, _ in events],
        "user_ids": [event.user_id and UUID(event.user_id) for event, _ in events],
        "happened": [event.happened_at for event, _ in events],
        "rates": [rated.rate for _, rated in events],
        "amounts": [rated.amount for _, rated in events],
        "included": [rated.included for _, rated in events],
    }
    connection = await session.connection()
    return set((await connection.execute(_INSERT, values)).scalars())


async def existing(
    session: AsyncSession, account_id: UUID, event_ids: Sequence[str]
) -> dict[str, rules.UsageEvent]:
    """Events that were recorded before, as their partner sent them."""
    if not event_ids:
        return {}
    query = select(UsageEvent).where(
        col(UsageEvent.account_id) == account_id, col(UsageEvent.event_id).in_(event_ids)
    )
    return {
        row.event_id: rules.UsageEvent(
            event_id=row.event_id,
            kind=row.kind,
            direction=row.direction,
            line_type=row.line_type,
            initiator=row.initiator,
            quantity=row.quantity,
            happened_at=row.happened_at,
            user_id=str(row.user_id) if row.user_id else None,
        )
        for row in (await session.exec(query)).all()
    }


async def known_users(
    session: AsyncSession, account_id: UUID, user_ids: Sequence[str | None]
) -> set[str]:
    wanted = set()
    for each in user_ids:
        with suppress(ValueError):
            wanted.add(UUID(each or ""))
    if not wanted:
        return set()
    query = select(User.id).where(
        col(User.account_id) == account_id, col(User.id).in_(sorted(wanted))
    )
    return {str(each) for each in (await session.exec(query)).all()}
