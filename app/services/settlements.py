"""What comes of payments (P1 to P4 of the invariants): one `settle` books it, for the provider's
answer, a look-up, a webhook and an operator alike."""

from uuid import UUID

import structlog

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict
from app.domain.events import EventKind
from app.domain.invoice_states import COLLECTED, due, next_status
from app.domain.invoices import InvoiceStatus
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.payments import (
    Outcome,
    PaymentStatus,
    Purpose,
    Source,
    Told,
    next_attempt,
)
from app.faults import Fault, reach
from app.models import Account, Invoice, Payment
from app.services import credits, invoices, past_due, payment_notices, payments, top_ups
from app.services.invoice_news import tell_status
from app.services.locks import any_account_locked, time_of
from app.services.payment_news import tell_payment
from app.store import invoices as invoice_store
from app.store import payment_methods
from app.store import payments as payment_store
from app.store import settlements as store

log = structlog.get_logger()
ANSWERED, FOUND = Told(Source.ANSWER), Told(Source.LOOK_UP)


async def settle(
    uow: UnitOfWork,
    account_id: UUID,
    payment_id: UUID,
    outcome: Outcome,
    told: Told = ANSWERED,
    *,
    fence: int | None = None,
) -> bool:
    """Book an outcome once: whoever comes second, or has lost the lease, changes nothing."""
    account = await any_account_locked(uow, account_id)
    payment = await payment_store.for_update(uow.session, account_id, payment_id)
    if payment is None:  # what is declined is frozen: it cannot even be locked
        frozen = await payments.get(uow, account_id, payment_id)
        if outcome.succeeded and frozen.status is PaymentStatus.DECLINED:
            log.error("payment.taken_after_decline", payment_id=str(payment_id))
        return False
    stale = fence is not None and payment.fence != fence
    if stale or payment.status not in {PaymentStatus.SENT, PaymentStatus.UNKNOWN}:
        return False
    await conclude(uow, account, payment, outcome, told)
    return True


async def conclude(
    uow: UnitOfWork, account: Account, payment: Payment, outcome: Outcome, told: Told
) -> None:
    """The last step of a payment that was sent, and what it brings; the account is locked."""
    if outcome.succeeded and payment.purpose is not Purpose.INVOICE:
        payment.invoice_id = (await credits.settle_top_up(uow, account, payment)).id
    status = PaymentStatus.SUCCEEDED if outcome.succeeded else PaymentStatus.DECLINED
    await store.step(uow.session, payment, status, told, uow.now())
    payment.decline_code = outcome.decline_code
    payment.reference = outcome.reference or payment.reference
    payment.settled_at = time_of(uow, account)
    payment.unconfirmed = 1 if outcome.succeeded else 0
    uow.session.add(payment)
    await uow.session.flush()
    if outcome.succeeded:
        tell_payment(uow, EventKind.PAYMENT_SUCCEEDED, payment)
    else:
        code = outcome.decline_code
        tell_payment(uow, EventKind.PAYMENT_DECLINED, payment, decline_code=code)
    reach(Fault.SETTLING)
    await _follow(uow, account, payment, outcome)


async def _follow(uow: UnitOfWork, account: Account, payment: Payment, outcome: Outcome) -> None:
    if payment.purpose is Purpose.INVOICE:
        await _settle_invoice(uow, account, payment, outcome)
    elif outcome.succeeded:
        await top_ups.after_success(uow, account, payment)
    elif payment.purpose is Purpose.TOP_UP:
        await top_ups.after_decline(uow, account, payment)


async def _settle_invoice(
    uow: UnitOfWork, account: Account, payment: Payment, outcome: Outcome
) -> None:
    if payment.invoice_id is None:
        raise LookupError(payment.id)
    invoice = await invoice_store.get(uow.session, account.id, payment.invoice_id)
    if invoice is None:
        raise LookupError(payment.invoice_id)
    if outcome.succeeded:
        await _book(uow, account, invoice, payment)
    elif invoice.status in COLLECTED:
        await _climb(uow, account, invoice, payment)


async def _climb(uow: UnitOfWork, account: Account, invoice: Invoice, payment: Payment) -> None:
    """I6: the next rung of the ladder, at once with another card, or past due at its end."""
    now = time_of(uow, account)
    if await payment_methods.has_other_method(uow.session, payment, provider=uow.provider):
        invoice.next_attempt_at = now
        uow.enqueue("collect", account.id)
        return
    declined = await payment_store.declined_for_invoice(uow.session, account.id, invoice.id)
    invoice.next_attempt_at = next_attempt(declined, now, payment.decline_code or "")
    gives_up = invoice.next_attempt_at is None
    if not (gives_up and await past_due.give_up(uow, account, invoice, payment)):
        await payment_notices.declined(uow, account, payment)


async def _book(uow: UnitOfWork, account: Account, invoice: Invoice, payment: Payment) -> None:
    """The money of an invoice that was given up is no receivable: it makes up for the bad debt."""
    given_up = invoice.status is InvoiceStatus.UNCOLLECTIBLE
    invoice.paid += payment.amount
    invoice.next_attempt_at = None
    if due(invoice) == 0:
        invoice.status = next_status(invoice.status, InvoiceStatus.PAID)
        tell_status(uow, invoice)
    await uow.session.flush()
    book = Book.BAD_DEBT if given_up else Book.RECEIVABLE
    now = time_of(uow, account)
    transfer = Transfer(Book.CLEARING, book, payment.amount, TransferKind.PAYMENT, payment.id, now)
    await invoices.post_transfers(uow, account.id, [transfer])
    await past_due.recover(uow, account)


async def resolve(
    uow: UnitOfWork, account_id: UUID, payment_id: UUID, outcome: Outcome, told: Told
) -> Payment:
    """P4 of the invariants: a named person says what happened where the provider can't.

    Only of what is UNKNOWN: what is sent may be answered any moment.
    """
    await any_account_locked(uow, account_id)
    payment = await payment_store.for_update(uow.session, account_id, payment_id)
    payment = payment or await payments.get(uow, account_id, payment_id)
    if payment.status is not PaymentStatus.UNKNOWN:
        message = f"This payment is {payment.status}: only an UNKNOWN one can be resolved."
        raise Conflict(message, field="paymentId")
    if payment.asking_until and payment.asking_until > uow.now():
        message = "The provider is being asked for this payment right now: try again in a minute."
        raise Conflict(message, field="paymentId")
    await settle(uow, account_id, payment_id, outcome, told)
    return payment
