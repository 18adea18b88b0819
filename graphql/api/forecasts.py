"""Invoices to come, as things stand: made by the function that makes the real ones."""

from datetime import date

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.money import Money, Period
from app.domain.charges import Charge
from app.domain.explanations import explain
from app.domain.forecasts import Ground, Upcoming, so_far
from app.domain.invoices import InvoiceKind
from app.domain.periods import month_of
from app.domain.plans import Component
from app.services import forecasts as service


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


@strawberry.type(description="What has come together since the last cut-off, as things stand.")
class MonthToDate:
    since: date = strawberry.field(description="The first day of the current month.")
    until: date = strawberry.field(description="Today, in the account's zone.")
    unbilled: Money = strawberry.field(description="Unbilled charges so far, net.")
    charges: list[UpcomingCharge] = strawberry.field(
        description="What the next cut-off would add without a renewal: the true-up of who came "
        "on a long term, previous debt or accrued usage."
    )
    tax: Money = strawberry.field(description="What both would be taxed, at the rate of now.")
    total: Money = strawberry.field(
        description="Both and their tax together; a renewal comes on top."
    )


@strawberry.type
class ForecastFields(AccountRow):
    @strawberry.field(
        description="The invoice of the first cut-off on or after `on` that has one, as things "
        "stand: renewal, true-up, debt, and the sum of the unbilled charges. It is made by the "
        "function that makes the real one. Of a trial, what its conversion would charge today. "
        "Null where nothing comes within three years."
    )
    async def upcoming_invoice(self, info: Info, on: date | None = None) -> UpcomingInvoice | None:
        outlook = await info.context.loaders.outlook.load((self.row.id, self.now(info)))
        if outlook is None:
            return None
        found = service.invoice(outlook, on or self.today(info))
        return None if found is None else UpcomingInvoice.of(found, self.row.currency)

    @strawberry.field(
        description="What the current month has added to the next invoice so far; null for a "
        "trial and for a closed account that owes nothing."
    )
    async def month_to_date(self, info: Info) -> MonthToDate | None:
        outlook = await info.context.loaders.outlook.load((self.row.id, self.now(info)))
        if not isinstance(outlook, Ground):
            return None
        bill, currency = so_far(outlook), self.row.currency
        return MonthToDate(
            since=month_of(outlook.today).start,
            until=outlook.today,
            unbilled=Money.of(outlook.position.unbilled, currency),
            charges=[UpcomingCharge.of(each, currency) for each in bill.charges],
            tax=Money.of(bill.tax, currency),
            total=Money.of(bill.total, currency),
        )
