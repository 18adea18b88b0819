"""Creating accounts, converting trials, contracted floors, and the clocks of sandbox accounts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.accounts import Account
from api.context import Info
from api.errors import UserError
from api.invoices import Invoice
from api.making import Making, made_once
from api.mutations import KEY, mutate, once, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError
from app.domain.plans import Term
from app.domain.users import Role
from app.services import accounts as service
from app.services import subscriptions as subscription_service
from app.services.subscriptions import NewMinimum
from app.services.users import NewUser


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
