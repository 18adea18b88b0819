"""The subscription of an account."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.periods import midnight
from app.domain.plan_changes import PlanHistory
from app.models import AddOn, MinimumLicenses, Plan, Subscription


async def with_plan(session: AsyncSession, account_id: UUID) -> tuple[Subscription, Plan]:
    """Every account has exactly one, from its creation on."""
    query = (
        select(Subscription, Plan)
        .join(Plan, col(Plan.id) == col(Subscription.plan_id))
        .where(col(Subscription.account_id) == account_id)
    )
    return (await session.exec(query)).one()


_PLANS = text("""
    SELECT s.account_id, s.plan_id, s.next_plan_id, upper(s.current) AS renewal,
        s.ends_on IS NOT NULL AS ends, a.billing_timezone
    FROM subscriptions s JOIN accounts a ON a.id = s.account_id WHERE a.id = ANY(:ids)
""")
_PLAN_CHANGES = text("""
    SELECT account_id, at, from_plan_id, to_plan_id FROM subscription_changes
    WHERE account_id = ANY(:ids) AND kind IN ('CHANGED', 'RENEWED') ORDER BY at, id
""")


async def plan_histories(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> dict[UUID, PlanHistory]:
    """M3: which plan each account had when, to rate its usage by.

    C5: the plan of the next term counts from its 1st on, although that is not billed yet.
    """
    connection, values = await session.connection(), {"ids": list(account_ids)}
    changes: dict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.execute(_PLAN_CHANGES, values):
        changes[row.account_id].append(row)
    found: dict[UUID, PlanHistory] = {}
    for row in await connection.execute(_PLANS, values):
        past = changes[row.account_id]
        first = past[0].from_plan_id if past else row.plan_id
        history = PlanHistory(first, [(each.at, each.to_plan_id) for each in past])
        if row.next_plan_id and row.renewal and not row.ends:
            history = history.then(midnight(row.renewal, row.billing_timezone), row.next_plan_id)
        found[row.account_id] = history
    return found


async def add_on(session: AsyncSession, account_id: UUID, component: str) -> AddOn | None:
    query = select(AddOn).where(
        col(AddOn.account_id) == account_id, col(AddOn.component) == component
    )
    return (await session.exec(query)).first()


async def add_ons(session: AsyncSession, account_id: UUID) -> list[AddOn]:
    query = select(AddOn).where(col(AddOn.account_id) == account_id)
    return list((await session.exec(query.order_by(col(AddOn.component)))).all())


async def minimums(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> dict[UUID, list[tuple[date, int]]]:
    """L1: when each contracted floor begins, in the order of effect, by account."""
    query = select(MinimumLicenses).where(col(MinimumLicenses.account_id).in_(account_ids))
    order = (col(MinimumLicenses.effective_on), col(MinimumLicenses.id))
    found: dict[UUID, list[tuple[date, int]]] = {each: [] for each in account_ids}
    for row in (await session.exec(query.order_by(*order))).all():
        found[row.account_id].append((row.effective_on, row.minimum))
    return found
