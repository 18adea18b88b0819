"""The subscription of an account."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import AddOn, MinimumLicenses, Plan, Subscription


async def with_plan(session: AsyncSession, account_id: UUID) -> tuple[Subscription, Plan]:
    """Every account has exactly one, from its creation on."""
    query = (
        select(Subscription, Plan)
        .join(Plan, col(Plan.id) == col(Subscription.plan_id))
        .where(col(Subscription.account_id) == account_id)
    )
    return (await session.exec(query)).one()


async def add_on(session: AsyncSession, account_id: UUID, component: str) -> AddOn | None:
    query = select(AddOn).where(
        col(AddOn.account_id) == account_id, col(AddOn.component) == component
    )
    return (await session.exec(query)).first()


async def add_ons(session: AsyncSession, account_id: UUID) -> list[AddOn]:
    query = select(AddOn).where(col(AddOn.account_id) == account_id)
    return list((await session.exec(query.order_by(col(AddOn.component)))).all())


async def minimums(session: AsyncSession, account_id: UUID) -> list[tuple[date, int]]:
    """L1: when each contracted floor begins, in the order of effect."""
    query = (
        select(col(MinimumLicenses.effective_on), col(MinimumLicenses.minimum))
        .where(col(MinimumLicenses.account_id) == account_id)
        .order_by(col(MinimumLicenses.effective_on), col(MinimumLicenses.id))
    )
    return [(on, minimum) for on, minimum in (await session.exec(query)).all()]
