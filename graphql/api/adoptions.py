"""Operators book what the provider has taken or given back, and what is unknown here."""

import strawberry
from sqlalchemy.exc import DBAPIError

from api.accounts import Account
from api.auth import Operation, authorize
from api.context import Info
from api.errors import Busy, UserError
from api.ids import decode
from api.mutations import user_errors
from api.payments import Payment
from app.domain.errors import BillingError
from app.services import adoptions as service


@strawberry.input(description="Book a charge that the provider has made and that is unknown here.")
class AdoptChargeInput:
    reference: str = strawberry.field(
        description="What the provider calls it, from a reconciliation. It is the key, too: "
        "adopted again, it is the same payment."
    )
    reason: str = strawberry.field(description="Why; kept with the payment's steps.")
    account_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Whose it is, for a charge that does not tell it, as one that was made by "
        "hand; refused if its notes or its customer name another account.",
    )


@strawberry.type(description="What came of adopting a charge.")
class AdoptChargePayload:
    payment: Payment | None = strawberry.field(
        default=None,
        description="Of the charge's invoice if exactly as much was due, else of credits.",
    )
    account: Account | None = strawberry.field(default=None, description="Whose it is.")
    user_errors: list[UserError] = user_errors()


@strawberry.type
class AdoptionMutation:
    @strawberry.mutation(
        description="Book money that the provider has taken and that is unknown here; nothing is "
        "charged. It pays its invoice if that is due by exactly as much, else it becomes credits. "
        "For operators."
    )
    async def adopt_charge(self, info: Info, input: AdoptChargeInput) -> AdoptChargePayload:
        try:
            authorize(info.context.principal, Operation.RECONCILE)
            return await _adopt(info, input)
        except BillingError as error:
            return AdoptChargePayload(user_errors=[UserError.of(error)])
        except DBAPIError as error:
            if not Busy.told_by(error):
                raise
            return AdoptChargePayload(user_errors=[UserError.of(Busy())])


async def _adopt(info: Info, input: AdoptChargeInput) -> AdoptChargePayload:
    running, actor = info.context.perseat, info.context.principal.actor.name
    said = input.account_id
    account_id = decode("account", said, field="accountId")[0] if said else None
    async with info.context.loaders.silent():
        row = await service.adopt_charge(
            running.operators,
            running.provider,
            input.reference,
            input.reason,
            actor=actor,
            account_id=account_id,
        )
    (account,) = await info.context.loaders.account.load((row.account_id,))
    payment = Payment.of(row, account.currency)
    return AdoptChargePayload(payment=payment, account=Account.of(account))
