"""Operators book what the provider has taken or given back, and what is unknown here."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry
from sqlalchemy.exc import DBAPIError

from api.accounts import Account
from api.context import Info
from api.credit_notes import Refund
from api.errors import Busy, UserError
from api.ids import decode
from api.mutations import user_errors
from api.payments import Payment
from app.domain.errors import BillingError
from app.services import adopted_refunds
from app.services import adoptions as service

Payload = TypeVar("Payload")


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


@strawberry.input(
    description="Book what has gone back at the provider and is unknown here: what somebody has "
    "given back over there, and refunds of ours that have come to another amount."
)
class AdoptRefundsInput:
    reference: str = strawberry.field(
        description="What the provider calls the charge, from a reconciliation. It is the key, "
        "too: adopted again, they are the same refunds."
    )
    reason: str = strawberry.field(
        description="Why; kept with the refunds, and with the credit note that they make."
    )


@strawberry.type(description="What came of adopting refunds.")
class AdoptRefundsPayload:
    refunds: list[Refund] = strawberry.field(
        default_factory=list,
        description="All of this charge that were ever booked so, oldest first. One that pays "
        "back several credit notes is one of each.",
    )
    payment: Payment | None = strawberry.field(default=None, description="What they are of.")
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
        return await _answer(AdoptChargePayload, lambda: _adopt_charge(info, input))

    @strawberry.mutation(
        description="Book what the provider has given back of a charge by somebody's hand, or "
        "instead of what a refund of ours was over, which fails then; nothing more is given back. "
        "Of an invoice it pays back what was owed, and the rest is a new "
        "credit note; credits go down by it, and automatic top-up is switched off. For operators."
    )
    async def adopt_refunds(self, info: Info, input: AdoptRefundsInput) -> AdoptRefundsPayload:
        return await _answer(AdoptRefundsPayload, lambda: _adopt_refunds(info, input))


async def _answer(payload: type[Payload], work: Callable[[], Awaitable[Payload]]) -> Payload:
    """It is known whose it is only when the provider was asked."""
    refusal: BillingError
    try:
        return await work()
    except BillingError as error:
        refusal = error
    except DBAPIError as error:
        if not Busy.told_by(error):
            raise
        refusal = Busy()
    return payload(user_errors=[UserError.of(refusal)])  # type: ignore[call-arg]


async def _adopt_refunds(info: Info, input: AdoptRefundsInput) -> AdoptRefundsPayload:
    running, actor = info.context.perseat, info.context.principal.actor.name
    async with info.context.loaders.silent():
        payment, rows = await adopted_refunds.adopt_refunds(
            info.context.operators, running.provider, input.reference, input.reason, actor=actor
        )
    (account,) = await info.context.loaders.account.load((payment.account_id,))
    return AdoptRefundsPayload(
        refunds=[Refund.of(row, account.currency) for row in rows],
        payment=Payment.of(payment, account.currency),
        account=Account.of(account),
    )


async def _adopt_charge(info: Info, input: AdoptChargeInput) -> AdoptChargePayload:
    running, actor = info.context.perseat, info.context.principal.actor.name
    said = input.account_id
    account_id = decode("account", said, field="accountId")[0] if said else None
    async with info.context.loaders.silent():
        row = await service.adopt_charge(
            info.context.operators,
            running.provider,
            input.reference,
            input.reason,
            actor=actor,
            account_id=account_id,
        )
    (account,) = await info.context.loaders.account.load((row.account_id,))
    payment = Payment.of(row, account.currency)
    return AdoptChargePayload(payment=payment, account=Account.of(account))
