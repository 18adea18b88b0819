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

    @classmethod
    def of(cls, row: Any) -> "ComingMinimum | None":
        if row.coming_minimum_on is None:
            return None
        return cls(minimum=row.coming_minimum, effective_on=row.coming_minimum_on)


@strawberry.type(description="The plan and term of an account.")
class Subscription:
    plan: Plan = strawberry.field(description="The plan.")
    term: Term = strawberry.field(description="How long it is paid for at a time.")
    current_period: Period | None = strawberry.field(
        description="The paid term, or the stub before the first; null for a trial."
    )
    minimum_licenses: int = strawberry.field(description="The contracted floor of this term.")
    coming_minimum: ComingMinimum | None = strawberry.field(
        description="The next change of the floor that is agreed; null if there is none."
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
            coming_minimum=ComingMinimum.of(row),
        )
