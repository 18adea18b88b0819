"""Plans: prices and rates as they are in force."""

from datetime import date
from typing import Any

import strawberry

from api.context import Info
from api.money import Money
from api.rates import PlanRate
from app.domain.plans import BillingPolicy, Component, Term
from app.domain.usage import UsageKind
from app.store import plans as store


@strawberry.type(description="The price of one unit for one whole term.")
class Price:
    component: Component = strawberry.field(description="What it is the price of.")
    term: Term = strawberry.field(description="For how long.")
    amount: Money = strawberry.field(description="The price of one unit for the term.")
    effective_from: date | None = strawberry.field(description="The first day of its force.")
    effective_until: date | None = strawberry.field(description="The last day, if it has one.")
    is_example: bool = strawberry.field(
        description="True for figures of the demo catalogue that no source gives."
    )


@strawberry.type(description="What an account is billed by: a policy, prices and a rate card.")
class Plan:
    id: strawberry.ID = strawberry.field(description="Its name in inputs, such as upro.")
    name: str = strawberry.field(description="Its name for people, such as uPro.")
    billing_policy: BillingPolicy = strawberry.field(description="Which users count, and when.")
    currency: str = strawberry.field(description="ISO 4217.")

    @classmethod
    def of(cls, row: Any) -> "Plan":
        return cls(
            id=row.id, name=row.name, billing_policy=row.billing_policy, currency=row.currency
        )

    @strawberry.field(description="Its prices by component and term.")
    async def prices(self, info: Info) -> list[Price]:
        rows = await info.context.loaders.plan_prices.load((self.id,))
        return [price_of(row, self.currency) for row in rows]

    @strawberry.field(
        description="Its rate card: what is in force, and what is to come. What was in force "
        "before is shown on what it has rated."
    )
    async def rates(self, info: Info, kind: UsageKind | None = None) -> list[PlanRate]:
        now = info.context.perseat.clock.now()
        return [
            PlanRate.of(row, self.currency)
            for row in await info.context.loaders.plan_rates.load((self.id,))
            if kind in {None, row.kind}
            and (row.effective.upper is None or row.effective.upper > now)
        ]


def price_of(row: Any, currency: str) -> Price:
    until = row.effective.upper
    return Price(
        component=row.component,
        term=row.term,
        amount=Money.of(row.amount, currency),
        effective_from=row.effective.lower,
        effective_until=until and date.fromordinal(until.toordinal() - 1),
        is_example=row.is_example,
    )


@strawberry.type
class PlanQuery:
    @strawberry.field(description="All plans of the catalogue.")
    async def plans(self, info: Info) -> list[Plan]:
        async with info.context.loaders.session() as session:
            return [Plan.of(row) for row in await store.every(session)]
