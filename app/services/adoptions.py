"""Charges that the provider has made and we do not know (P3 of the invariants, F24).

Such a charge becomes a payment: of its invoice, if that still asks for exactly as much, else of
credits, which are money that the customer gets value for. Nothing is charged again.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict, InvalidInput
from app.domain.invoice_states import PAYABLE, due
from app.domain.payments import OPEN, TAKEN, PaymentStatus, Purpose, Source, Told
from app.domain.reconciliation import from_json
from app.domain.users import needed_reason
from app.faults import Fault, reach
from app.models import Account, Invoice, Payment
from app.payments.provider import Charge, ChargeStatus, OutcomeUnknown, Provider
from app.services import charging, provider_news, settlements
from app.services.credit_notes import check_not_in_flight
from app.services.differences import account_of
from app.services.locks import any_account_locked, time_of
from app.store import comparisons, payment_methods
from app.store import invoices as invoice_store
from app.store import payments as payment_store
from app.store import reconciliation as store
from app.store import settlements as settlement_store

CENT = 10_000
SECOND = timedelta(seconds=1)
"""Providers tell times to the second."""
_NOBODY = (
    "The charge does not tell whose it is: say it (accountId of adoptCharge), or give it back over "
    "there."
)
_NOT_SETTLED = (
    "A payment of this charge is not settled: try again when it is, or if it stays UNKNOWN, say "
    "first what became of it (resolvePayment)."
)


async def adopt_charge(
    transactions: Transactions,
    provider: Provider,
    reference: str,
    reason: str,
    *,
    actor: str,
    account_id: UUID | None = None,
) -> Payment:
    """The payment that a charge is from now on; adopted again it is the same one.

    Only what a reconciliation has named, as the provider has it now. `account_id`: whose it is, for
    a charge that does not tell it.
    """
    told = Told(Source.RECONCILIATION, actor, needed_reason(reason))
    async with transactions.begin() as uow:
        named = await store.named(uow.session, provider.name, reference)
    if named is None:
        message = (
            "No reconciliation has named this charge as one to adopt: run `perseat reconcile`. "
            "What is booked already, or was declined, is none."
        )
        raise InvalidInput(message, field="reference")
    charge = await _find(provider, reference, from_json(named).at)
    reach(Fault.ADOPTION_LISTED)
    async with transactions.begin() as uow:
        await store.adopt_alone(uow.session, provider.name, reference)
        owner = await _owner(uow, provider.name, charge, account_id)
        field = "accountId" if account_id else "reference"
        account = await any_account_locked(uow, owner, field=field)
        rows = await store.payments_of(uow.session, owner, provider.name, reference, charge.key)
        payment = await _known(uow, rows, charge, told)
        payment = payment or await _adopt(uow, account, provider.name, rows, charge, told)
        reach(Fault.ADOPTED)
    reach(Fault.ADOPTION_COMMITTED)
    return payment


async def _owner(uow: UnitOfWork, provider: str, charge: Charge, said: UUID | None) -> UUID:
    """Who is in the notes of the charge; else who adopted it before, or who is said to be it, if
    it is not the customer that we gave to another."""
    told = account_of(charge)
    if told is None:
        found = await payment_store.with_reference(uow.session, provider, charge.reference)
        told = found.account_id if found else None
    if told is None and said and charge.customer:
        told = await payment_methods.account_of(uow.session, provider, charge.customer)
    owner = told or said
    if owner is None:
        raise Conflict(_NOBODY, field="reference")
    if said not in {None, owner}:
        message = "The charge is another account's: by its notes, its customer, or its payment."
        raise Conflict(message, field="accountId")
    return owner


async def _find(provider: Provider, reference: str, at: datetime) -> Charge:
    """By the list, because only that knows charges without a key or a customer of ours."""
    try:
        async for charge in provider.charges(at - SECOND, at + 2 * SECOND):
            if charge.reference == reference:
                return charge
    except OutcomeUnknown:
        message = "The payment provider does not answer. Nothing was changed; try again."
        raise Conflict(message, field="reference") from None
    raise Conflict("The payment provider does not list this charge any more.", field="reference")


async def _known(
    uow: UnitOfWork, rows: Sequence[Payment], charge: Charge, told: Told
) -> Payment | None:
    """One that took it already, or that is open and waits for just this news."""
    for payment in rows:
        if payment.status in TAKEN:
            return payment
        if payment.status in OPEN:
            if not await provider_news.hear(uow, payment.account_id, payment.id, charge, told):
                raise Conflict(_NOT_SETTLED, field="reference")
            return payment
    return None


async def _adopt(
    uow: UnitOfWork,
    account: Account,
    provider: str,
    rows: Sequence[Payment],
    charge: Charge,
    told: Told,
) -> Payment:
    """What was seen at the provider is confirmed at once."""
    _check(account, charge)
    invoice = await _invoice(uow, account, charge)
    taken = {each.id for each in rows}
    payment = Payment(
        id=charge.key if charge.key and charge.key not in taken else new_id(),
        account_id=account.id,
        purpose=Purpose.INVOICE if invoice else Purpose.PURCHASE,
        invoice_id=invoice.id if invoice else None,
        provider=provider,
        customer=charge.customer,
        amount=charge.amount,
        created_at=time_of(uow, account),
        sent_at=charge.created_at,
    )
    now, session = uow.now(), uow.session
    await settlement_store.begin(session, account.id, payment.id, told, now)
    await settlement_store.step(session, payment, PaymentStatus.SENT, told, now)
    await settlements.conclude(uow, account, payment, charging.outcome_of(charge), told)
    await comparisons.confirm(session, [(account.id, payment.id)], now)
    return payment


def _check(account: Account, charge: Charge) -> None:
    """Money that is all there, and in the account's currency."""
    problem = None
    if charge.status is not ChargeStatus.SUCCEEDED:
        problem = f"The provider says that this charge is {charge.status}: nothing was taken."
    elif charge.taken_back or any(
        each.status is not ChargeStatus.DECLINED for each in charge.refunds
    ):
        problem = "Some of this charge went back already: give the rest back over there, too."
    elif charge.currency != account.currency:
        problem = f"The account pays in {account.currency}, not in {charge.currency}."
    elif charge.amount % CENT:
        problem = "This charge is not of whole cents: give it back over there."
    if problem:
        raise Conflict(problem, field="reference")


async def _invoice(uow: UnitOfWork, account: Account, charge: Charge) -> Invoice | None:
    """The invoice of the charge's notes, if exactly that is still due."""
    with suppress(ValueError):
        invoice_id = UUID(charge.notes.get(charging.INVOICE, ""))
        invoice = await invoice_store.get(uow.session, account.id, invoice_id)
        if invoice and invoice.status in PAYABLE and due(invoice) == charge.amount:
            await check_not_in_flight(uow, invoice)
            return invoice
    return None
