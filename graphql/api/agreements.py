"""What operators agree upon with a customer: what is paid afterwards (M8)."""

from uuid import UUID

import strawberry

from api.accounts import Account
from api.charges import Charge
from api.context import Info
from api.errors import UserError
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.services import invoices, post_paid
from app.services.post_paid import Agreement


@strawberry.input(
    description="Say what is paid afterwards from now on: `usage`, `subscription` or both; what is "
    "left out stays."
)
class SetPostPaidInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    usage: bool | None = strawberry.field(
        default=None, description="Whether usage is accrued and invoiced on each 1st."
    )
    subscription: bool | None = strawberry.field(
        default=None, description="Whether invoices are due thirty days later; needs a contract."
    )
    contract: str | None = strawberry.field(
        default=None, description="The contract or quote that says so; kept in the history."
    )
    reason: str = strawberry.field(description="Why; kept in the history.")


@strawberry.type(description="What came of it.")
class SetPostPaidPayload:
    account: Account | None = strawberry.field(default=None, description="The account afterwards.")
    charges: list[Charge] = strawberry.field(
        default_factory=list,
        description="What usage had left unpaid until now, settled: unbilled charges that the next "
        "invoice carries.",
    )
    notes: list[str] = strawberry.field(
        default_factory=list,
        description="What does not change by itself: automatic top-up, which stops when usage is "
        "paid afterwards, stays off when it is paid in advance again.",
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class AgreementMutation:
    @strawberry.mutation(
        description="Let usage or the subscription be paid afterwards, or no longer. Usage so far "
        "is settled by the terms of so far, automatic top-up stops, and what is too small for it "
        "is told in `postPaid.warnings`. For operators."
    )
    async def set_post_paid(self, info: Info, input: SetPostPaidInput) -> SetPostPaidPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> SetPostPaidPayload:
            wanted = Agreement(input.reason, input.usage, input.subscription, input.contract)
            actor = info.context.principal.actor
            row, ids = await post_paid.set_post_paid(uow, account_id, wanted, actor=actor)
            charges = await invoices.charges(uow, account_id, ids)
            return SetPostPaidPayload(
                account=Account.of(row),
                charges=[Charge.of(each, row.currency) for each in charges],
                notes=await post_paid.notes(uow, row, wanted),
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, SetPostPaidPayload, target, work)
