"""What judging a bill needs besides the account's position: its past months, and what is unbilled
by rule."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.plans import Component
from app.store.positions import CutOffs


@dataclass(frozen=True, slots=True)
class Month:
    """A cut-off that is settled: its total, its comparable month; the parts of last month's."""

    period: date
    total: int
    parts: Any
    measure: int


_MONTHS = text("""
    SELECT r.account_id, r.period, coalesce(r.total, 0),
        CASE WHEN r.period >= due.day - interval '1 month' THEN r.parts END,
        coalesce(r.measure, 0)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS due (account_id, day)
    JOIN billing_run_accounts r ON r.account_id = due.account_id AND r.period < due.day
        AND r.period >= due.day - interval '3 months' AND r.status IN ('BILLED', 'NOTHING')
""")


async def months(session: AsyncSession, cut_offs: CutOffs) -> dict[UUID, list[Month]]:
    """The settled ones of the three months before each cut-off."""
    connection = await session.connection()
    values = {"ids": [each[0] for each in cut_offs], "days": [each[2] for each in cut_offs]}
    found: dict[UUID, list[Month]] = defaultdict(list)
    for account_id, *month in (await connection.execute(_MONTHS, values)).all():
        found[account_id].append(Month(*month))
    return found


_UNBILLED = text("""
    SELECT c.account_id, c.rule, c.component, sum(c.amount)::bigint
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[])) AS due (account_id, instant)
    JOIN charges c ON c.account_id = due.account_id
        AND c.invoice_id IS NULL AND c.posted_at < due.instant
    GROUP BY c.account_id, c.rule, c.component
""")
Unbilled = Sequence[tuple[str, Component | None, int]]


async def unbilled(session: AsyncSession, cut_offs: CutOffs) -> dict[UUID, Unbilled]:
    """By rule and component, where an account has unbilled charges at all."""
    if not cut_offs:
        return {}
    connection = await session.connection()
    values = {"ids": [each[0] for each in cut_offs], "instants": [each[1] for each in cut_offs]}
    found: dict[UUID, list[tuple[str, Component | None, int]]] = defaultdict(list)
    for account_id, rule, component, amount in await connection.execute(_UNBILLED, values):
        found[account_id].append((rule, component and Component(component), amount))
    return dict(found)


_ACCEPTED = text("""
    SELECT r.account_id FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS due (id, day)
    JOIN billing_run_accounts r ON r.account_id = due.id AND r.period = due.day AND r.accepted
""")


async def accepted(session: AsyncSession, cut_offs: CutOffs) -> set[UUID]:
    """Whose unusual amount an operator has accepted for this cut-off."""
    if not cut_offs:
        return set()
    connection = await session.connection()
    values = {"ids": [each[0] for each in cut_offs], "days": [each[2] for each in cut_offs]}
    return set((await connection.execute(_ACCEPTED, values)).scalars())
