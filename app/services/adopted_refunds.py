"""Refunds that the provider has made otherwise than we know: by somebody's hand, before a restore,
or over another amount than was asked for (P3, P7).

Of an invoice they are credited on it; credits that went back are taken from the balance. Nothing
more is given back.
"""

from collections.abc import Sequence
from uuid import UUID

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict, InvalidInput
from app.domain.money import CENT
from app.domain.payments import TAKEN, Source, Told
from app.domain.refunds import OPEN
from app.domain.users import needed_reason
from app.models import Account, Payment, Refund
from app.payments.provider import Charge, ChargeStatus, OutcomeUnknown, Provider, Refunded
from app.services import payments, provider_news, refund_bookings, refunds
from app.services.locks import any_account_locked
from app.services.refund_bookings import FIELD
from app.store import payments as payment_store
from app.store import refunds as store

OTHER_AMOUNT = "other_amount"
"""Why a refund has failed of which more or less went back than was asked for."""


async def adopt_refunds(
    transactions: Transactions, provider: Provider, reference: str, reason: str, *, actor: str
) -> tuple[Payment, Sequence[Refund]]:
    """Book all that has gone back of a charge over there and is unknown here: the payment, and
    what was ever booked of it so. Asked again, it is the same."""
    told = Told(Source.RECONCILIATION, actor, needed_reason(reason))
    async with transactions.begin() as uow:
        known = await payment_store.with_reference(uow.session, provider.name, reference)
        if known is None:
            message = "No payment is of this charge: adopt the charge first (adoptCharge)."
            raise InvalidInput(message, field=FIELD)
        customer = await payment_store.customer(uow.session, known)
        heard = await provider_news.heard(uow, known.account_id, known.id)
    charge = await _find(provider, known, customer)
    async with transactions.begin(known.account_id) as uow:
        account = await any_account_locked(uow, known.account_id, field=FIELD)
        # what failed or was taken back since is owed, or is not: before the rest is credited
        await provider_news.hear(uow, account.id, known.id, charge, told, before=heard)
        payment = await payments.get(uow, account.id, known.id)
        before = await store.of_payment(uow.session, payment)
        other = _of_another_amount(charge, before)
        strange = [*_strange(charge, before), *other.values()]
        if strange:
            under_way = [each for each in before if each.status in OPEN and each.id not in other]
            await _check(uow, account, payment, charge, under_way, strange)
        for refund in before:
            if refund.id in other:
                await refunds.give_up(uow, account, refund, OTHER_AMOUNT)
        for each in strange:
            await refund_bookings.book(uow, account, payment, each, told)
        after = await store.of_payment(uow.session, payment)
    adopted = [each for each in after if each.reason]
    if not adopted:
        message = "Nothing of this charge has gone back over there that is unknown here."
        raise InvalidInput(message, field=FIELD)
    return payment, adopted


async def _find(provider: Provider, payment: Payment, customer: str) -> Charge:
    try:
        charge = await provider.look_up(payment.id, customer, payment.reference)
    except OutcomeUnknown:
        message = "The payment provider does not answer. Nothing was changed; try again."
        raise Conflict(message, field=FIELD) from None
    if charge is None:
        raise Conflict("The payment provider does not find this charge.", field=FIELD)
    return charge


def _strange(charge: Charge, known: Sequence[Refund]) -> list[Refunded]:
    ids = {each.id for each in known}
    names = {each.reference for each in known}
    return [
        each
        for each in charge.refunds
        if each.status is ChargeStatus.SUCCEEDED
        and each.key not in ids
        and each.reference not in names
    ]


def _of_another_amount(charge: Charge, known: Sequence[Refund]) -> dict[UUID, Refunded]:
    """Refunds of ours that wait, of which more or less has gone back than was asked for."""
    waits = {each.id: each.amount for each in known if each.status in OPEN}
    return {
        each.key: each
        for each in charge.refunds
        if each.status is ChargeStatus.SUCCEEDED
        and each.key in waits
        and each.amount != waits[each.key]
    }


async def _check(
    uow: UnitOfWork,
    account: Account,
    payment: Payment,
    charge: Charge,
    under_way: Sequence[Refund],
    strange: Sequence[Refunded],
) -> None:
    """I3, P7: no more goes back than was taken, and nothing is under way that may be the same."""
    gone = await store.given_back(uow.session, account.id, payment.id)
    gone += await store.taken_back(uow.session, account.id, payment.id)
    problem = None
    if payment.status not in TAKEN or charge.currency != account.currency:
        problem = f"This payment is {payment.status}, and its charge in {charge.currency}."
    elif under_way:
        problem = "A refund of this payment is under way: try again when it is settled."
    elif any(each.amount % CENT for each in strange):
        problem = "What went back is not of whole cents."
    elif gone + sum(each.amount for each in strange) > payment.amount:
        problem = "More went back than was taken: ask the provider for the difference."
    if problem:
        raise Conflict(problem, field=FIELD)
