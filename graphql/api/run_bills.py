"""The charges of a bill that is only planned."""

from datetime import date
from typing import Any

import strawberry

from api.money import Money, Period
from app.domain.periods import Period as Days
from app.domain.plans import Component


@strawberry.type(description="A charge that posting the plan would make.")
class PlannedCharge:
    rule: str = strawberry.field(description="The id of the billing rule.")
    description: str = strawberry.field(description="What is charged, for people.")
    component: Component | None = strawberry.field(
        description="What is rented; null for debt and usage."
    )
    quantity: int = strawberry.field(description="How many units.")
    unit_amount: Money = strawberry.field(description="One unit, rounded to the cent.")
    amount: Money = strawberry.field(description="Unit amount times quantity.")
    period: Period | None = strawberry.field(description="The days that are paid for.")


def planned_charges(bill: dict[str, Any] | None, currency: str) -> list[PlannedCharge]:
    return [
        PlannedCharge(
            rule=each["rule"],
            description=each["description"],
            component=each["component"] and Component(each["component"]),
            quantity=each["quantity"],
            unit_amount=Money.of(each["unit"], currency),
            amount=Money.of(each["amount"], currency),
            period=each["period"] and _period(*each["period"]),
        )
        for each in (bill or {}).get("charges", ())
    ]


def _period(start: str, end: str) -> Period:
    return Period.of_days(Days(date.fromisoformat(start), date.fromisoformat(end)))
