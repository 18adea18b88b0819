"""Payments (I6): an intent for what an invoice asks is made when its attempt is due, or when
somebody asks; while one is open there is no second."""

from collections.abc import Sequence
from uuid import UUID

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict, NotFound, Refused
from app.domain.invoice_states import PAYABLE, due
from app.domain.payments import Purpose, Source
from app.models import Account, Invoice, Payment
from app.services import invoices, past_due
from app.services.locks import any_account_locked, time_of
from app.services.payment_intents import NO_METHOD, NewPayment, intend
from app.store import accounts as account_store
from app.store import invoices as invoice_store
from app.store import payment_methods
from app.store import payments as store


async def pay_invoice(uow: UnitOfWork, account_id: UUID, invoice_id: UUID) -> Payment:
    """Charge an invoice now, also one that was given up or that a closed account owes.

    While a payment of it is open, that one is the answer: never two.
    """
    account = await any_account_locked(uow, account_id)
    invoice = await invoices.get(uow, account_id, invoice_id)
    if current := await store.open_for_invoice(uow.session, account_id, invoice_id):
        return current
    if invoice.status not in PAYABLE:
        raise Conflict(f"This invoice is {invoice.status}: nothing is due.", field="invoiceId")
    payment = await _intend(uow, account, invoice, Source.REQUEST)
    if payment is None:
        raise Refused("I6", NO_METHOD, field="invoiceId")
    return payment


async def _intend(
    uow: UnitOfWork, account: Account, invoice: Invoice, source: Source
) -> Payment | None:
    """The intent for what an invoice still asks; None without a method to charge."""
    invoice.next_attempt_at = None
    method = await payment_methods.default_method(uow.session, account.id, provider=uow.provider)
    if method is None:
        await past_due.give_up(uow, account, invoice)
        return None
    new = NewPayment(method.id, Purpose.INVOICE, due(invoice), invoice_id=invoice.id, source=source)
    return await intend(uow, account, new)


async def to_collect(
    transactions: Transactions, *, limit: int, only: UUID | None = None
) -> Sequence[tuple[UUID, UUID]]:
    """I6: account and invoice of those whose next attempt is due, in the account's time."""
    async with transactions.begin() as uow:
        return await store.to_collect(uow.session, now=uow.now(), count=limit, only=only)


async def collect(transactions: Transactions, account_id: UUID, invoice_id: UUID) -> None:
    """Make the intent for one of them; whoever comes second finds the attempt taken."""
    async with transactions.begin() as uow:
        account = await any_account_locked(uow, account_id)
        invoice = await invoice_store.get(uow.session, account_id, invoice_id)
        if invoice is None or (attempt := invoice.next_attempt_at) is None:
            return
        if attempt > time_of(uow, account):
            return
        if await store.open_for_invoice(uow.session, account_id, invoice_id):
            invoice.next_attempt_at = None
            return
        await _intend(uow, account, invoice, Source.WORKER)


async def get(uow: UnitOfWork, account_id: UUID, payment_id: UUID) -> Payment:
    payment = await store.get(uow.session, account_id, payment_id)
    if payment is None:
        raise NotFound("payment", field="id")
    return payment


async def currency_of(uow: UnitOfWork, account_id: UUID) -> str:
    """P1: one currency per account."""
    account = await account_store.get(uow.session, account_id)
    if account is None:
        raise NotFound("account", field="accountId")
    return account.currency
