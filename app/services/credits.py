"""Prepaid credits (M4, M5): bought by hand, and what is booked when they are paid."""

from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.charges import top_up
from app.domain.credits import check_purchase
from app.domain.errors import Conflict, Refused
from app.domain.invoices import InvoiceKind
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.money import Micros
from app.domain.payments import Purpose
from app.domain.periods import local_date, month_of
from app.models import Account, Credits, Invoice, Payment
from app.services import alerts, invoices
from app.services.locks import account_locked, time_of
from app.services.payment_intents import NO_METHOD, NewPayment, intend
from app.store import credits as store
from app.store import invoices as invoice_store
from app.store import payment_methods
from app.store import payments as payment_store


async def balance(uow: UnitOfWork, account_id: UUID) -> Micros:
    return (await store.get(uow.session, account_id)).balance


async def get(uow: UnitOfWork, account_id: UUID) -> Credits:
    return await store.get(uow.session, account_id)


async def buy_credits(uow: UnitOfWork, account_id: UUID, amount: Micros) -> Payment:
    """M5: charge the payment method; the credits appear when the payment has succeeded."""
    check_purchase(amount)
    account = await account_locked(uow, account_id)
    if await payment_store.open_for_credits(uow.session, account_id):
        raise Conflict("Credits are being charged right now; try again when that is settled.")
    method = await payment_methods.default_method(uow.session, account_id, provider=uow.provider)
    if method is None:
        raise Refused("M5", NO_METHOD, field="accountId")
    new = NewPayment(method.id, Purpose.PURCHASE, amount, step_amount=amount)
    return await intend(uow, account, new)


async def settle_top_up(uow: UnitOfWork, account: Account, payment: Payment) -> Invoice:
    """M5: the paid TOP_UP invoice, its two transfers and the credits, in one transaction."""
    now = time_of(uow, account)
    today = local_date(now, account.billing_timezone)
    step = payment.step_amount or payment.amount
    rule = "M6" if payment.purpose is Purpose.TOP_UP else "M5"
    invoice = await invoices.issue(
        uow,
        account,
        InvoiceKind.TOP_UP,
        month_of(today),
        [top_up(rule, step, payment.amount // step)],
        issued_on=today,
        paid=payment.amount,
    )
    await invoices.post_transfers(
        uow,
        account.id,
        [
            Transfer(
                Book.RECEIVABLE, Book.CREDITS, payment.amount, TransferKind.TOP_UP, payment.id, now
            ),
            Transfer(
                Book.CLEARING,
                Book.RECEIVABLE,
                payment.amount,
                TransferKind.PAYMENT,
                payment.id,
                now,
            ),
        ],
    )
    raised = await invoice_store.add_to_credits(uow.session, [(account.id, payment.amount)])
    await alerts.crossed(uow, raised)
    return invoice
