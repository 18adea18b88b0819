"""What had gone back and is with us again: refunds that fail late (I3), disputes won late (I6)."""

from uuid import UUID

import structlog

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.domain.invoice_states import PAYABLE, due, next_status
from app.domain.invoices import InvoiceStatus
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.payments import TAKEN, PaymentStatus, Purpose, Source, Told
from app.domain.refunds import Returned, parts_of
from app.models import Account, Invoice, Payment, Refund, Reinstatement
from app.payments.provider import Charge
from app.services import alerts, invoices, past_due
from app.services.credit_notes import check_not_in_flight
from app.services.invoice_news import tell_status
from app.services.locks import any_account_locked, time_of
from app.services.notices import tell
from app.services.payment_news import tell_payment
from app.store import invoices as invoice_store
from app.store import payments as payment_store
from app.store import refunds as refund_store
from app.store import reinstatements as store
from app.store import settlements as settlement_store

log = structlog.get_logger()


async def undo_refund(uow: UnitOfWork, account: Account, refund: Refund, source: Source) -> None:
    """I3: a refund that was booked has FAILED: the customer still has to get the money, or has the
    credits again (M5).

    It is asked for again only by somebody (refundCreditNote): the same card may refuse it again.
    """
    payment = await payment_store.for_update(uow.session, account.id, refund.payment_id)
    if payment is None:
        raise LookupError(refund.payment_id)
    invoice: Invoice | None = None
    parts = Returned(to_credits=refund.amount)
    if refund.credit_note_id is not None:
        invoice, parts = await _invoice_of(uow, payment), Returned(owed_back=refund.amount)
    row = _new(uow, account, payment, parts)
    row.refund_id = refund.id
    await _keep(uow, payment, row)
    await _book(uow, account, invoice, row, parts)
    if payment.status is PaymentStatus.REFUNDED:
        told = Told(source, actor=refund.actor)
        await settlement_store.step(uow.session, payment, PaymentStatus.SUCCEEDED, told, uow.now())
    await uow.session.flush()
    code = refund.failure_code
    log.error("refund.failed_late", refund_id=str(refund.id), amount=refund.amount, code=code)
    await _tell(uow, row)


async def take_again(uow: UnitOfWork, account_id: UUID, payment_id: UUID, charge: Charge) -> bool:
    """I6: book what the provider has returned of what it had taken back; whether it was news.

    What came back before we heard that it was gone is noted, so that older news are known as such.
    Raises Conflict while the invoice is being paid once more: what is due then is not known yet.
    """
    account = await any_account_locked(uow, account_id)
    payment = await payment_store.for_update(uow.session, account_id, payment_id)
    known = await store.returned(uow.session, account_id, payment_id)
    if payment is None or payment.status not in TAKEN or charge.returned <= known:
        return False
    held = await refund_store.taken_back(uow.session, account_id, payment_id)
    amount = max(0, min(held - charge.taken_back, charge.returned - known))
    invoice = await _invoice_of(uow, payment) if payment.purpose is Purpose.INVOICE else None
    parts = Returned(to_credits=amount)
    if invoice is not None and amount:
        await check_not_in_flight(uow, invoice)
        asked = due(invoice) if invoice.status in PAYABLE else 0
        owed = await store.owed_back(uow.session, account_id, payment_id)
        parts = parts_of(amount, due=asked, owed_back=owed)
    row = _new(uow, account, payment, parts)
    row.returned = charge.returned
    await _keep(uow, payment, row)
    await _book(uow, account, invoice, row, parts)
    if amount:
        tell_payment(uow, EventKind.PAYMENT_REINSTATED, payment, amount=amount)
        log.warning("payment.reinstated", payment_id=str(payment_id), amount=amount)
        await _tell(uow, row)
    return True


def _new(uow: UnitOfWork, account: Account, payment: Payment, parts: Returned) -> Reinstatement:
    return Reinstatement(
        account_id=account.id,
        id=new_id(),
        payment_id=payment.id,
        amount=parts.total,
        owed_back=parts.owed_back,
        to_credits=parts.to_credits,
        created_at=time_of(uow, account),
    )


async def _keep(uow: UnitOfWork, payment: Payment, row: Reinstatement) -> None:
    uow.session.add(row)
    payment.unconfirmed += 1 if row.amount else 0
    await uow.session.flush()


async def _book(
    uow: UnitOfWork,
    account: Account,
    invoice: Invoice | None,
    row: Reinstatement,
    parts: Returned,
) -> None:
    """What its invoice asks for is paid again; what bought credits buys them again."""
    if invoice is not None and parts.pays + parts.owed_back:
        given_up = invoice.status is InvoiceStatus.UNCOLLECTIBLE
        invoice.paid += parts.pays + parts.owed_back
        invoice.refundable += parts.owed_back
        if due(invoice) == 0:
            invoice.status = next_status(invoice.status, InvoiceStatus.PAID)
            invoice.next_attempt_at = None
            tell_status(uow, invoice)
        await uow.session.flush()
        book = Book.BAD_DEBT if given_up else Book.RECEIVABLE
        await _move(uow, row, book, parts.pays, TransferKind.RETURNED)
        await _move(uow, row, Book.REFUNDS, parts.owed_back, TransferKind.OWED_AGAIN)
        await past_due.recover(uow, account)
    if parts.to_credits:
        kind = TransferKind.RETURNED_TO_CREDITS
        await _move(uow, row, Book.CREDITS, parts.to_credits, kind)
        raised = await invoice_store.add_to_credits(uow.session, [(account.id, parts.to_credits)])
        await alerts.crossed(uow, raised)


async def _move(
    uow: UnitOfWork, row: Reinstatement, book: Book, amount: int, kind: TransferKind
) -> None:
    if amount:
        transfer = Transfer(Book.CLEARING, book, amount, kind, row.id, row.created_at)
        await invoices.post_transfers(uow, row.account_id, [transfer])


async def _invoice_of(uow: UnitOfWork, payment: Payment) -> Invoice:
    if payment.invoice_id is None:
        raise LookupError(payment.id)
    invoice = await invoice_store.get(uow.session, payment.account_id, payment.invoice_id)
    if invoice is None:
        raise LookupError(payment.invoice_id)
    return invoice


async def _tell(uow: UnitOfWork, row: Reinstatement) -> None:
    await tell(uow, "tell_reinstated", {row.account_id: {"reinstatement_id": str(row.id)}})
