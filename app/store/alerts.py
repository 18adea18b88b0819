"""Alerts on credits, and their crossings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.models import AlertCrossing, CreditAlert
from app.store.invoices import as_json

Change: TypeAlias = tuple[UUID, int, int]
"""An account and its balance before and after."""


@dataclass(frozen=True, slots=True)
class Crossing:
    account_id: UUID
    id: UUID
    alert_id: UUID
    threshold: int
    balance: int


async def of_account(session: AsyncSession, account_id: UUID) -> Sequence[CreditAlert]:
    """Those that were taken off the list too; read afresh."""
    query = select(CreditAlert).where(col(CreditAlert.account_id) == account_id)
    return (await session.exec(query.execution_options(populate_existing=True))).all()


_SET_OFF = text("""
    UPDATE credit_alerts a SET armed = change.after > a.threshold
    FROM unnest(CAST(:ids AS uuid[]), CAST(:befores AS bigint[]), CAST(:afters AS bigint[]))
        AS change (account_id, before, after)
    WHERE a.account_id = change.account_id AND a.active
      AND (a.armed <> (change.after > a.threshold)
        OR change.before > a.threshold AND change.after <= a.threshold)
    RETURNING a.account_id, uuidv7(), a.id, a.threshold, change.after, a.armed
""")


async def set_off(session: AsyncSession, changes: Sequence[Change]) -> list[Crossing]:
    """Arm what the balance has risen above; the crossings are of what it has fallen to."""
    ids, befores, afters = (list(column) for column in zip(*changes, strict=True))
    connection = await session.connection()
    values = {"ids": ids, "befores": befores, "afters": afters}
    rows = await connection.execute(_SET_OFF, values)
    return [Crossing(*row[:5]) for row in rows if not row.armed]


_RECORD = text("""
    INSERT INTO alert_crossings (account_id, id, alert_id, balance, at)
    SELECT c.account_id, c.id, c.alert_id, c.balance, coalesce(a.test_clock, :now)
    FROM json_populate_recordset(CAST(NULL AS alert_crossings), CAST(:rows AS json)) c
    JOIN accounts a ON a.id = c.account_id
""")


async def record(session: AsyncSession, crossings: Sequence[Crossing], now: datetime) -> None:
    """At each account's own time."""
    rows = [
        {"account_id": c.account_id, "id": c.id, "alert_id": c.alert_id, "balance": c.balance}
        for c in crossings
    ]
    connection = await session.connection()
    await connection.execute(_RECORD, {"rows": as_json(rows), "now": now})


async def crossing(
    session: AsyncSession, account_id: UUID, crossing_id: UUID
) -> tuple[AlertCrossing, CreditAlert]:
    query = (
        select(AlertCrossing, CreditAlert)
        .join(
            CreditAlert,
            (col(CreditAlert.account_id) == col(AlertCrossing.account_id))
            & (col(CreditAlert.id) == col(AlertCrossing.alert_id)),
        )
        .where(col(AlertCrossing.account_id) == account_id, col(AlertCrossing.id) == crossing_id)
    )
    return (await session.exec(query)).one()


_LAST = text("""
    SELECT wanted.account_id, wanted.alert_id, last.at
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:alerts AS uuid[]))
        AS wanted (account_id, alert_id)
    CROSS JOIN LATERAL (
        SELECT c.at FROM alert_crossings c
        WHERE c.account_id = wanted.account_id AND c.alert_id = wanted.alert_id
        ORDER BY c.id DESC LIMIT 1
    ) AS last
""")


async def last_crossed(
    session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], datetime]:
    """When each (account, alert) was last crossed."""
    accounts, alerts = (list(column) for column in zip(*keys, strict=True))
    rows = await fetch(session, _LAST, {"accounts": accounts, "alerts": alerts})
    return {(row[0], row[1]): row[2] for row in rows}
