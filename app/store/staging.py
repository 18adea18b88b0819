"""Usage on its way in: a temporary table of the connection, filled by COPY, emptied by COMMIT.

COPY is closed to tables with row-level security; what leaves this one for `usage_events` is
checked by their policies like any other row.
"""

from collections.abc import AsyncIterable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.usage import Rated, UsageEvent

COLUMNS = (
    "position", "account_id", "source", "event_id", "kind", "direction", "line_type",
    "initiator", "quantity", "user_id", "line_id", "carrier", "hold_id", "happened_at", "rate",
    "amount", "included", "fee_rate", "fee", "deferred", "adjusts", "reason",
)  # fmt: skip
REPORTED = COLUMNS[:-2]
"""Of a report; a correction has all of them."""


def row(position: int, account_id: UUID, event: UsageEvent, rated: Rated) -> tuple[Any, ...]:
    """In the order of COLUMNS, up to what is adjusted and why."""
    return (
        position,
        account_id,
        event.source,
        event.event_id,
        event.kind,
        event.direction,
        event.line_type,
        event.initiator,
        event.quantity,
        event.user_id,
        event.line_id,
        event.carrier,
        event.hold_id,
        event.happened_at,
        rated.rate,
        rated.amount,
        rated.included,
        rated.fee_rate,
        rated.fee,
        rated.deferred,
    )


_OPEN = text("""
    CREATE TEMPORARY TABLE IF NOT EXISTS usage_staging (
        position int, account_id uuid, source text, event_id text, kind text, direction text,
        line_type text, initiator text, quantity int, user_id uuid, line_id uuid, carrier text,
        hold_id uuid, happened_at timestamptz, rate bigint, amount bigint, included boolean,
        fee_rate bigint, fee bigint, deferred boolean, adjusts uuid, reason text,
        id uuid DEFAULT uuidv7()
    ) ON COMMIT DELETE ROWS
""")

_EMPTY = text("DELETE FROM usage_staging")


async def begin(session: AsyncSession) -> None:
    """Nothing is staged, whatever was before."""
    connection = await session.connection()
    await connection.execute(_OPEN)
    await connection.execute(_EMPTY)


async def copy(
    session: AsyncSession,
    rows: Iterable[tuple[Any, ...]] | AsyncIterable[tuple[Any, ...]],
    columns: Sequence[str] = REPORTED,
) -> None:
    """What comes slowly is on its way while the rest is made."""
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.copy_records_to_table("usage_staging", records=rows, columns=columns)


@dataclass(frozen=True, slots=True)
class Sum:
    """What is new of an account and a hold (or of none); micros."""

    account_id: UUID
    hold_id: UUID | None
    events: int
    cost: int
    deferred: int
    deferred_events: int
    fee: int
    fee_events: int


_CELL = "kind, direction, line_type, initiator, included, user_id, line_id"
_EVENT = f"""account_id, id, source, event_id, quantity, carrier, hold_id, happened_at, rate,
    amount, fee_rate, fee, deferred, adjusts, reason, {_CELL}"""
_POST = text(f"""
    WITH new AS (
        INSERT INTO usage_events ({_EVENT}, posted_at, batch_id)
        SELECT {_EVENT}, coalesce(a.test_clock, :now), :batch_id
        FROM usage_staging s JOIN (SELECT id AS account, test_clock FROM accounts) a
            ON a.account = s.account_id
        ORDER BY account_id, position
        ON CONFLICT (account_id, source, event_id) DO NOTHING
        RETURNING {_EVENT}, posted_at
    ), days AS (
        INSERT INTO usage_days AS d (account_id, id, {_CELL}, posted_on, happened_on,
            events, quantity, amount, fee)
        SELECT n.account_id, uuidv7(), {_CELL}, (n.posted_at AT TIME ZONE zone)::date,
            (n.happened_at AT TIME ZONE zone)::date, count(*), sum(quantity), sum(amount), sum(fee)
        FROM new n JOIN (SELECT id AS account, billing_timezone AS zone FROM accounts) a
            ON a.account = n.account_id
        GROUP BY n.account_id, {_CELL}, 10, 11
        ON CONFLICT ON CONSTRAINT uq_usage_days_cell DO UPDATE SET events = d.events
            + excluded.events, quantity = d.quantity + excluded.quantity,
            amount = d.amount + excluded.amount, fee = d.fee + excluded.fee
    )
    SELECT account_id, hold_id, count(*),
        coalesce(sum(amount) FILTER (WHERE NOT deferred), 0)::bigint,
        coalesce(sum(amount) FILTER (WHERE deferred), 0)::bigint,
        count(*) FILTER (WHERE deferred AND amount <> 0), sum(fee)::bigint,
        count(*) FILTER (WHERE fee <> 0)
    FROM new GROUP BY account_id, hold_id ORDER BY account_id, hold_id
""")  # noqa: S608 - the columns are ours


async def post(session: AsyncSession, batch_id: UUID, now: datetime) -> list[Sum]:
    """Insert what is new, and add it to the sums by day; the unique key decides what is new."""
    connection = await session.connection()
    rows = await connection.execute(_POST, {"batch_id": batch_id, "now": now})
    return [Sum(*row) for row in rows]


_BODY = """(x.kind, x.direction, x.line_type, x.initiator, x.quantity, x.user_id, x.line_id,
    x.carrier, x.hold_id, x.happened_at)"""
_REPEATED = text(f"""
    SELECT s.position, e.adjusts IS NULL
        AND {_BODY.replace("x.", "s.")} IS NOT DISTINCT FROM {_BODY.replace("x.", "e.")}
    FROM usage_staging s CROSS JOIN LATERAL (
        SELECT * FROM usage_events e WHERE e.account_id = s.account_id
            AND e.source = s.source AND e.event_id = s.event_id LIMIT 1
    ) e WHERE e.id <> s.id
""")  # noqa: S608 - the fragment is ours


async def repeated(session: AsyncSession) -> dict[int, bool]:
    """M1: the positions of events whose id is known, and whether the known one says the same.

    A statement of its own, so that it sees what others have committed meanwhile.
    """
    connection = await session.connection()
    return {row[0]: row[1] for row in await connection.execute(_REPEATED)}
