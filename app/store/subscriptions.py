"""The subscription of an account."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.periods import midnight
from app.domain.plan_changes import PlanHistory, SubscriptionChangeKind
from app.models import Account, AddOn, MinimumLicenses, Plan, Subscription, SubscriptionChange


async def with_plan(session: AsyncSession, account_id: UUID) -> tuple[Subscription, Plan]:
    """Every account has exactly one, from its creation on."""
    query = (
        select(Subscription, Plan)
        .join(Plan, col(Plan.id) == col(Subscription.plan_id))
        .where(col(Subscription.account_id) == account_id)
    )
    return (await session.exec(query)).one()


_TOOK_EFFECT = (SubscriptionChangeKind.CHANGED, SubscriptionChangeKind.RENEWED)


async def plan_history(session: AsyncSession, account: Account) -> PlanHistory:
    """M3: usage is rated by the plan of its own time, however late the billing run is."""
    row, _ = await with_plan(session, account.id)
    query = select(SubscriptionChange).where(
        col(SubscriptionChange.account_id) == account.id,
        col(SubscriptionChange.kind).in_(_TOOK_EFFECT),
    )
    order = (col(SubscriptionChange.at), col(SubscriptionChange.id))
    rows = (await session.exec(query.order_by(*order))).all()
    first = rows[0].from_plan_id if rows else row.plan_id
    changes = [(each.at, each.to_plan_id) for each in rows]
    return PlanHistory(first, [*changes, *_planned(row, account.billing_timezone)])


def _planned(row: Subscription, timezone: str) -> Iterator[tuple[datetime, str]]:
    """L7: what the renewal begins with, which may have passed unbilled; none if it is cancelled."""
    renewal = row.current.upper if row.current is not None else None
    if renewal is not None and row.next_plan_id is not None and row.ends_on is None:
        yield midnight(renewal, timezone), row.next_plan_id


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
