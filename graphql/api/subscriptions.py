"""Subscriptions and licences as an account shows them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.account_row import AccountRow
from api.actors import WHO, name_of
from api.context import Info
from api.money import Period
from api.pagination import FIRST, Connection, connect, page_of
from api.plans import Plan
from api.prices import NegotiatedPrice
from app.domain.plan_changes import SubscriptionChangeKind
from app.domain.plans import BillingPolicy, Term


@strawberry.type(description="A contracted floor that will count from a renewal on.")
class ComingMinimum:
    minimum: int = strawberry.field(description="Licences that are billed at least.")
    effective_on: date = strawberry.field(description="The first renewal that bills it.")
    contract: str | None = strawberry.field(description="The quote or contract that says so.")

    @classmethod
    def of(cls, agreed: dict[str, Any]) -> "ComingMinimum":
        return cls(
            minimum=agreed["minimum"],
            effective_on=date.fromisoformat(agreed["effective_on"]),
            contract=agreed["contract"],
        )


@strawberry.type(description="The plan and term that the next renewal begins with.")
class NextTerm:
    plan: Plan = strawberry.field(description="The plan.")
    term: Term = strawberry.field(description="The term.")
    effective_on: date = strawberry.field(description="The renewal.")


@strawberry.type(description="Something that became of plan, term or the subscription itself.")
class SubscriptionChange:
    by: strawberry.Private[tuple[UUID, str]]
    kind: SubscriptionChangeKind = strawberry.field(description="What happened.")
    from_plan_id: strawberry.ID = strawberry.field(description="The plan before.")
    from_term: Term = strawberry.field(description="The term before.")
    to_plan_id: strawberry.ID = strawberry.field(description="The plan that was asked for.")
    to_term: Term = strawberry.field(description="The term that was asked for.")
    effective_on: date = strawberry.field(description="The local day of its effect.")
    reason: str | None = strawberry.field(description="Why, if somebody said.")
    at: datetime = strawberry.field(description="When it was done.")

    @classmethod
    def of(cls, row: Any) -> "SubscriptionChange":
        return cls(
            kind=SubscriptionChangeKind(row.kind),
            from_plan_id=strawberry.ID(row.from_plan_id),
            from_term=Term(row.from_term),
            to_plan_id=strawberry.ID(row.to_plan_id),
            to_term=Term(row.to_term),
            effective_on=row.effective_on,
            reason=row.reason,
            at=row.at,
            by=(row.account_id, row.actor),
        )

    @strawberry.field(description=f"{WHO} `billing` for what fell due.")
    async def actor(self, info: Info) -> str:
        return await name_of(info, *self.by)


@strawberry.type(description="The plan and term of an account.")
class Subscription:
    plan: Plan = strawberry.field(description="The plan.")
    term: Term = strawberry.field(description="How long it is paid for at a time.")
    current_period: Period | None = strawberry.field(
        description="The paid term, or the stub before the first; null for a trial."
    )
    minimum_licenses: int = strawberry.field(description="The contracted floor of this term.")
    coming_minimums: list[ComingMinimum] = strawberry.field(
        description="The floors that are agreed for later renewals, in the order of effect."
    )
    priced_on: date | None = strawberry.field(
        description="The day whose prices hold until the next renewal or upgrade."
    )
    next: NextTerm | None = strawberry.field(
        description="What the next renewal begins with, if it is something else."
    )
    ends_on: date | None = strawberry.field(
        description="Cancelled: the first day that is not paid for any more."
    )

    @classmethod
    def of(cls, row: Any) -> "Subscription":
        return cls(
            plan=Plan(
                id=row.plan_id,
                name=row.plan_name,
                billing_policy=BillingPolicy(row.billing_policy),
                currency=row.currency,
            ),
            term=Term(row.term),
            current_period=row.current and Period.of(row.current),
            minimum_licenses=row.minimum,
            coming_minimums=[ComingMinimum.of(each) for each in row.coming_minimums or ()],
            priced_on=row.priced_on,
            next=_next(row),
            ends_on=row.ends_on,
        )


def _next(row: Any) -> NextTerm | None:
    if row.next_plan_id is None:
        return None
    plan = Plan(
        id=row.next_plan_id,
        name=row.next_plan_name,
        billing_policy=BillingPolicy(row.billing_policy),
        currency=row.currency,
    )
    return NextTerm(plan=plan, term=Term(row.next_term), effective_on=row.current.upper)


@strawberry.type
class SubscriptionFields(AccountRow):
    @strawberry.field(description="Plan, term and paid days.")
    async def subscription(self, info: Info) -> Subscription:
        return Subscription.of(await info.context.loaders.subscription.load(self.row.id))

    @strawberry.field(description="What became of plan and term, newest first.")
    async def subscription_changes(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[SubscriptionChange]:
        page = page_of("subscription_changes", first, after)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, SubscriptionChange.of)

    @strawberry.field(
        description="Prices of its own, in the order in which they were agreed; the later of two "
        "for one day counts."
    )
    async def negotiated_prices(self, info: Info) -> list[NegotiatedPrice]:
        rows = await info.context.loaders.account_prices.load((self.row.id,))
        return [NegotiatedPrice.of(row, self.row.currency) for row in rows]
