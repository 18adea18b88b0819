"""Accounts: a company, and everything of it."""

from datetime import date, datetime
from typing import Any

import strawberry

from api.add_ons import AddOn
from api.api_keys import ApiKey
from api.billing_details import BillingDetailsFields
from api.charges import Charge
from api.context import Info
from api.credit_notes import CreditNote
from api.credits import Credits
from api.events import EventFields
from api.forecasts import ForecastFields
from api.histories import HistoryFields
from api.ids import encode
from api.invoices import Invoice
from api.licenses import LicenseFields
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of
from api.payment_methods import PaymentMethod
from api.payments import Payment
from api.post_paid import PostPaidFields
from api.rates import RateFields
from api.subscriptions import SubscriptionFields
from api.telephony import TelephonyFields
from api.timelines import TimelineFields
from api.usage_days import UsageFields
from api.usage_events import UsageEventFields
from api.user_lists import UserFields
from api.webhook_endpoints import WebhookFields
from app.domain.accounts import AccountStatus
from app.domain.periods import add_months
from app.domain.plans import BillingPolicy


@strawberry.type(description="What a calendar month costs: what is rented in it, and usage.")
class MonthlyCost:
    subscription: Money = strawberry.field(description="Licences and add-ons of the month.")
    usage: Money = strawberry.field(
        description="Usage and carriers' fees posted in the month; from credits."
    )
    total: Money = strawberry.field(description="Both together.")
    usage_events: int = strawberry.field(description="How many events were posted.")
    included_events: int = strawberry.field(description="How many of them the plan includes.")


@strawberry.type(description="A company that is billed.")
class Account(
    BillingDetailsFields,
    EventFields,
    WebhookFields,
    SubscriptionFields,
    LicenseFields,
    RateFields,
    UserFields,
    ForecastFields,
    PostPaidFields,
    TelephonyFields,
    TimelineFields,
    HistoryFields,
    UsageFields,
    UsageEventFields,
):
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    name: str = strawberry.field(description="The company's name.")
    status: AccountStatus = strawberry.field(description="Where it stands.")
    currency: str = strawberry.field(description="ISO 4217; one per account.")
    billing_timezone: str = strawberry.field(description="The zone of its days and cut-offs.")
    next_bill_at: datetime | None = strawberry.field(
        description="Its next cut-off; null for a trial, and for a closed one that owes nothing."
    )
    test_clock: datetime | None = strawberry.field(
        description="The time of a sandbox account; null for real ones."
    )
    parked_reason: str | None = strawberry.field(description="Why its billing is on hold.")
    created_at: datetime = strawberry.field(description="When it was created.")
    version: int = strawberry.field(description="Rises with each change.")

    @classmethod
    def of(cls, row: Any) -> "Account":
        return cls(
            row=row,
            id=encode("account", row.id),
            name=row.name,
            status=row.status,
            currency=row.currency,
            billing_timezone=row.billing_timezone,
            next_bill_at=row.next_bill_at,
            test_clock=row.test_clock,
            parked_reason=row.parked_reason,
            created_at=row.created_at,
            version=row.version,
        )

    @strawberry.field(description="Which users count, and when.")
    async def billing_policy(self, info: Info) -> BillingPolicy:
        row = await info.context.loaders.subscription.load(self.row.id)
        return BillingPolicy(row.billing_policy)

    @strawberry.field(description="Prepaid credits for usage.")
    async def credits(self, info: Info) -> Credits:
        rows = await info.context.loaders.credits.load((self.row.id,))
        return Credits.of(rows[0], self.currency)

    @strawberry.field(description="Invoices, newest first.")
    async def invoices(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Invoice]:
        page = page_of("invoices", first, after, by=("number",))
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, Invoice.of)

    @strawberry.field(description="Credit notes, newest first.")
    async def credit_notes(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[CreditNote]:
        page = page_of("credit_notes", first, after, by=("number",))
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, CreditNote.of)

    @strawberry.field(description="Keys of this account, newest first, ended ones too.")
    async def api_keys(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[ApiKey]:
        page = page_of("api_keys", first, after)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, ApiKey.of)

    @strawberry.field(description="Charges that the next invoice will carry.")
    async def unbilled_charges(self, info: Info) -> list[Charge]:
        rows = await info.context.loaders.unbilled_charges.load((self.row.id,))
        return [Charge.of(row, self.currency) for row in rows]

    @strawberry.field(description="Add-ons that renew with the term.")
    async def add_ons(self, info: Info) -> list[AddOn]:
        rows = await info.context.loaders.add_ons.load((self.row.id,))
        return [AddOn.of(row) for row in rows]

    @strawberry.field(description="What can be charged; without those that were removed.")
    async def payment_methods(self, info: Info) -> list[PaymentMethod]:
        rows = await info.context.loaders.payment_methods.load((self.row.id,))
        return [PaymentMethod.of(row) for row in rows]

    @strawberry.field(description="Payments of any purpose, newest first.")
    async def payments(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Payment]:
        page = page_of("payments", first, after)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, lambda row: Payment.of(row, self.currency))

    @strawberry.field(description="What a calendar month costs; `month` is any day of it.")
    async def monthly_cost(self, info: Info, month: date | None = None) -> MonthlyCost:
        first = add_months(month or self.today(info), 0)
        key = (self.row.id, first, add_months(first, 1))
        row = await info.context.loaders.month.load(key)
        return MonthlyCost(
            subscription=Money.of(row.rent, self.currency),
            usage=Money.of(row.usage, self.currency),
            total=Money.of(row.rent + row.usage, self.currency),
            usage_events=row.events,
            included_events=row.included,
        )
