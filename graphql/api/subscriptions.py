"""Subscriptions and licences as an account shows them."""

from datetime import date
from typing import Any

import strawberry

from api.money import Period
from api.plans import Plan
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
        )
