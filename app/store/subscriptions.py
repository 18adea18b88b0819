"""The subscription of an account."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.plan_changes import PlanHistory, SubscriptionChangeKind
from app.models import AddOn, MinimumLicenses, Plan, Subscription, SubscriptionChange


async def with_plan(session: AsyncSession, account_id: UUID) -> tuple[Subscription, Plan]:
    """Every account has exactly one, from its creation on."""
    query = (
        select(Subscription, Plan)
        .join(Plan, col(Plan.id) == col(Subscription.plan_id))
        .where(col(Subscription.account_id) == account_id)
    )
    return (await session.exec(query)).one()


_TOOK_EFFECT = (SubscriptionChangeKind.CHANGED, SubscriptionChangeKind.RENEWED)


async def plan_history(session: AsyncSession, now: Subscription) -> PlanHistory:
    """M3: usage is rated by the plan of its own time."""
    query = select(SubscriptionChange).where(
        col(SubscriptionChange.account_id) == now.account_id,
        col(SubscriptionChange.kind).in_(_TOOK_EFFECT),
    )
    order = (col(SubscriptionChange.at), col(SubscriptionChange.id))
    rows = (await session.exec(query.order_by(*order))).all()
    if not rows:
        return PlanHistory(now.plan_id)
    return PlanHistory(rows[0].from_plan_id, [(row.at, row.to_plan_id) for row in rows])


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
