"""Invoices to come, as things stand: made by the function that makes the real ones."""

from datetime import date

import strawberry

from api.money import Money, Period
from app.domain.charges import Charge
from app.domain.explanations import explain
from app.domain.invoices import InvoiceKind
from app.domain.plans import Component
from app.domain.previews import Upcoming


@strawberry.type(description="A line that an invoice to come would have.")
class UpcomingCharge:
    description: str = strawberry.field(description="What is charged, for people.")
    component: Component | None = strawberry.field(
        description="What is rented; null for debt and usage."
    )
    rule: str = strawberry.field(description="The id of the billing rule.")
    quantity: int = strawberry.field(description="How many units.")
    unit_amount: Money = strawberry.field(description="One unit, rounded to the cent.")
    amount: Money = strawberry.field(description="Unit amount times quantity.")
    period: Period | None = strawberry.field(description="The days that are paid for.")
    explanation: str = strawberry.field(description="How the amount comes about.")

    @classmethod
    def of(cls, charge: Charge, currency: str) -> "UpcomingCharge":
        result = charge.result
        return cls(
            description=charge.description,
            component=charge.component,
            rule=charge.rule,
            quantity=result.quantity,
            unit_amount=Money.of(result.unit, currency),
            amount=Money.of(charge.amount, currency),
            period=None if charge.period is None else Period.of_days(charge.period),
            explanation=explain(charge.description, charge.rule, result.steps),
        )


@strawberry.type(description="An invoice to come, as things stand.")
class UpcomingInvoice:
    kind: InvoiceKind = strawberry.field(description="Why there will be one.")
    issued_on: date = strawberry.field(description="The 1st on which it will be issued.")
    total: Money = strawberry.field(description="What it will ask for, tax included.")
    tax: Money = strawberry.field(description="How much of it is tax, at the rate of now.")
    unbilled: Money = strawberry.field(description="How much of it is unbilled charges, net.")
    charges: list[UpcomingCharge] = strawberry.field(description="What the 1st itself adds.")

    @classmethod
    def of(cls, each: Upcoming, currency: str) -> "UpcomingInvoice":
        return cls(
            kind=each.kind,
            issued_on=each.issued_on,
            total=Money.of(each.total, currency),
            tax=Money.of(each.tax, currency),
            unbilled=Money.of(each.carried, currency),
            charges=[UpcomingCharge.of(charge, currency) for charge in each.charges],
        )
