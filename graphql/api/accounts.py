"""Accounts: a company, and everything of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.add_ons import AddOn
from api.api_keys import ApiKey
from api.billing_details import BillingDetailsFields
from api.charges import Charge
from api.context import Info
from api.credit_notes import CreditNote
from api.credits import Credits
from api.errors import UserError
from api.events import EventFields
from api.forecasts import ForecastFields
from api.histories import HistoryFields
from api.ids import encode
from api.invoices import Invoice
from api.licenses import LicenseFields
from api.making import Making, made_once
from api.money import Money
from api.mutations import KEY, mutate, once, user_errors
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
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import BillingError
from app.domain.periods import add_months
from app.domain.plans import BillingPolicy, Term
from app.domain.users import Role
from app.services import accounts as service
from app.services import subscriptions as subscription_service
from app.services.subscriptions import NewMinimum
from app.services.users import NewUser


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


@strawberry.input(description="The first administrator of a new account.")
class AdministratorInput:
    first_name: str = strawberry.field(description="First name.")
    last_name: str = strawberry.field(description="Last name.")
    email: str = strawberry.field(description="E-mail address.")


@strawberry.input(description="A new company; it begins as a trial.")
class CreateAccountInput:
    name: str = strawberry.field(description="The company's name.")
    plan_id: strawberry.ID = strawberry.field(description="The plan, such as upro.")
    administrator: AdministratorInput = strawberry.field(description="Who runs it.")
    term: Term = strawberry.field(default=Term.MONTHLY, description="The term to convert to.")
    billing_timezone: str = strawberry.field(default="UTC", description="An IANA time zone.")
    may_go_negative: bool = strawberry.field(
        default=False, description="Whether metered usage may go on past zero credits."
    )
    test_clock: datetime | None = strawberry.field(
        default=None, description="Makes it a sandbox account whose time stands there."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Convert a trial: it is charged at once.")
class ConvertTrialInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    term: Term | None = strawberry.field(default=None, description="Another term.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new wish."
    )


@strawberry.input(description="Set the contracted floor.")
class SetMinimumLicensesInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    minimum: int = strawberry.field(description="Licences that each renewal bills at least.")
    effective_on: date | None = strawberry.field(
        default=None, description="The renewal from which it counts; the next one if not given."
    )
    contract: str | None = strawberry.field(
        default=None, description="The quote or contract that says so; kept in the history."
    )


@strawberry.input(description="Advance the clock of a sandbox account.")
class AdvanceTestClockInput:
    account_id: strawberry.ID = strawberry.field(description="The sandbox account.")
    to: datetime = strawberry.field(description="A later instant.")


@strawberry.type(description="What came of changing an account.")
class AccountPayload:
    account: Account | None = strawberry.field(default=None, description="The account afterwards.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of converting a trial.")
class ConvertTrialPayload:
    account: Account | None = strawberry.field(default=None, description="The account afterwards.")
    invoice: Invoice | None = strawberry.field(
        default=None, description="The initial invoice; null if there was nothing to bill."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class AccountMutation:
    @strawberry.mutation(description="Create an account as a trial.")
    async def create_account(self, info: Info, input: CreateAccountInput) -> AccountPayload:
        new = service.NewAccount(
            name=input.name,
            plan_id=input.plan_id,
            administrator=NewUser(
                first_name=input.administrator.first_name,
                last_name=input.administrator.last_name,
                email=input.administrator.email,
                roles=frozenset({Role.ADMINISTRATOR}),
            ),
            billing_timezone=input.billing_timezone,
            term=input.term,
            may_go_negative=input.may_go_negative,
            test_clock=input.test_clock,
        )

        async def make(uow: UnitOfWork) -> AccountPayload:
            return AccountPayload(account=Account.of(await service.create_account(uow, new)))

        async def find(uow: UnitOfWork, account_id: UUID) -> AccountPayload:
            row, _ = await service.with_invoice(uow, account_id, None)
            return AccountPayload(account=Account.of(row))

        wish = Making("createAccount", input, new.id, is_account=True)
        try:
            return await made_once(info, wish, make, find)
        except BillingError as error:
            return AccountPayload(user_errors=[UserError.of(error)])

    @strawberry.mutation(description="Convert a trial; the initial invoice is charged at once.")
    async def convert_trial(self, info: Info, input: ConvertTrialInput) -> ConvertTrialPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ConvertTrialPayload:
            async def convert() -> dict[str, Any]:
                _, invoice = await subscription_service.convert_trial(
                    uow, account_id, term=input.term
                )
                return {"invoice": invoice and str(invoice.id)}

            done = await once(uow, account_id, "convertTrial", input, convert)
            account, invoice = await service.with_invoice(uow, account_id, done["invoice"])
            return ConvertTrialPayload(
                account=Account.of(account),
                invoice=None if invoice is None else Invoice.of(invoice),
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ConvertTrialPayload, target, work)

    @strawberry.mutation(description="Set the contracted floor of licences.")
    async def set_minimum_licenses(
        self, info: Info, input: SetMinimumLicensesInput
    ) -> AccountPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> AccountPayload:
            new = NewMinimum(input.minimum, input.effective_on, input.contract)
            actor = info.context.principal.actor
            row = await subscription_service.set_minimum_licenses(uow, account_id, new, actor=actor)
            return AccountPayload(account=Account.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, AccountPayload, target, work)

    @strawberry.mutation(
        description="Advance a sandbox clock, by a year at most. Workers bill what falls due a "
        "moment later: ask until `nextBillAt` lies after `testClock`."
    )
    async def advance_test_clock(self, info: Info, input: AdvanceTestClockInput) -> AccountPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> AccountPayload:
            return AccountPayload(
                account=Account.of(await service.advance_test_clock(uow, account_id, input.to))
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, AccountPayload, target, work)
