"""What a provider takes back after success (I6): a debt of the customer, told at once."""

from uuid import UUID

import structlog

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.money import Micros
from app.domain.payments import TAKEN, Purpose
from app.domain.top_ups import Refusal
from app.models import Account, Invoice, LateFailure, Payment
from app.services import alerts, auto_top_up, invoices, past_due
from app.services.locks import any_account_locked, time_of
from app.services.notices import tell
from app.services.payment_news import tell_payment
from app.store import invoices as invoice_store
from app.store import payments as payment_store
from app.store import refunds as store
from app.store import reinstatements

log = structlog.get_logger()


async def take_back(
    uow: UnitOfWork, account_id: UUID, payment_id: UUID, total: Micros, *, returned: Micros = 0
) -> LateFailure | None:
    """Book what the provider has taken back of a payment by now, as far as it is news.

    From before it has `returned` what it has by now there are no news: they are too old.

    Credits go down by it, below zero if they were used; an invoice asks for it again, is past due,
    and is not collected by itself: whoever disputes a charge is not charged again unasked.
    """
    account = await any_account_locked(uow, account_id)
    payment = await payment_store.for_update(uow.session, account_id, payment_id)
    known = await store.taken_back(uow.session, account_id, payment_id)
    if payment is None or payment.status not in TAKEN:
        return None
    if returned < await reinstatements.returned(uow.session, account_id, payment_id):
        return None
    given = await store.given_back(uow.session, account_id, payment_id)
    news = min(total - known, payment.amount - given - known)
    if news <= 0:  # what went back twice is no debt: reconciliation names it
        return None
    failure = LateFailure(
        account_id=account_id,
        id=new_id(),
        payment_id=payment_id,
        amount=news,
        total=await store.ever_taken_back(uow.session, account_id, payment_id) + news,
        created_at=time_of(uow, account),
    )
    payment.unconfirmed += 1
    if payment.purpose is Purpose.INVOICE:
        await _take_from_invoice(uow, account, payment, failure)
    else:
        await _keep(uow, failure)
        await _owe(uow, failure, failure.amount, TransferKind.LATE_FAILURE)
    if payment.purpose is Purpose.TOP_UP:
        await auto_top_up.stop(uow, account.id, Refusal.DECLINED)
    tell_payment(uow, EventKind.PAYMENT_TAKEN_BACK, payment, amount=failure.amount)
    log.error("payment.taken_back", payment_id=str(payment_id), amount=failure.amount)
    await tell(uow, "tell_taken_back", {account_id: {"late_failure_id": str(failure.id)}})
    return failure


async def _owe(uow: UnitOfWork, failure: LateFailure, amount: Micros, kind: TransferKind) -> None:
    """M5, M7: the credits were not paid for after all."""
    await _move(uow, failure, Book.CREDITS, amount, kind)
    fallen = await invoice_store.add_to_credits(uow.session, [(failure.account_id, -amount)])
    await alerts.crossed(uow, fallen)


async def _take_from_invoice(
    uow: UnitOfWork, account: Account, payment: Payment, failure: LateFailure
) -> None:
    """What had become credits goes first: the invoice was paid without it. The rest it asks for."""
    failure.from_credits = min(failure.amount, await store.became_credits(uow.session, payment))
    if asked := failure.amount - failure.from_credits:
        invoice = await _invoice_of(uow, payment)
        failure.owed_back = await _owed_back(uow, invoice, asked)
        await _keep(uow, failure)
        await _ask_again(uow, account, invoice, failure, asked)
    else:
        await _keep(uow, failure)
    if failure.from_credits:
        await _owe(uow, failure, failure.from_credits, TransferKind.TAKEN_FROM_CREDITS)


async def _ask_again(
    uow: UnitOfWork, account: Account, invoice: Invoice, failure: LateFailure, amount: Micros
) -> None:
    """What was owed back is owed no more; for the rest the invoice is past due again, or given up
    again if it had been before somebody paid it."""
    rest = amount - failure.owed_back
    await _move(uow, failure, Book.REFUNDS, failure.owed_back, TransferKind.REFUND_PAID)
    given_up = await invoice_store.was_given_up(uow.session, account.id, invoice.id)
    book = Book.BAD_DEBT if given_up else Book.RECEIVABLE
    await _move(uow, failure, book, rest, TransferKind.LATE_FAILURE)
    invoice.paid -= amount
    invoice.refundable -= failure.owed_back
    if rest:
        past_due.reopen(uow, account, invoice, given_up=given_up)
    await uow.session.flush()


async def _keep(uow: UnitOfWork, failure: LateFailure) -> None:
    uow.session.add(failure)
    await uow.session.flush()


async def _invoice_of(uow: UnitOfWork, payment: Payment) -> Invoice:
    if payment.invoice_id is None:
        raise LookupError(payment.id)
    invoice = await invoice_store.get(uow.session, payment.account_id, payment.invoice_id)
    if invoice is None:
        raise LookupError(payment.invoice_id)
    return invoice


async def _owed_back(uow: UnitOfWork, invoice: Invoice, amount: Micros) -> Micros:
    """The part of it that we owe back anyway, but for what refunds under way may still give back;
    those that are of more than is left of the payment will be refused."""
    under_way = await store.under_way(uow.session, invoice.account_id, invoice.id)
    kept = min(under_way, invoice.paid - amount)
    return max(0, min(invoice.refundable - kept, amount))


async def _move(
    uow: UnitOfWork, failure: LateFailure, book: Book, amount: Micros, kind: TransferKind
) -> None:
    if amount:
        transfer = Transfer(book, Book.CLEARING, amount, kind, failure.id, failure.created_at)
        await invoices.post_transfers(uow, failure.account_id, [transfer])
