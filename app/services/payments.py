"""Payments (I6, M5, M6): an intent is committed, then the provider is asked with no transaction
open, then one `settle` books what came of it: for the first answer and for every later one."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlmodel import col, update

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict, InvalidInput, NotFound, Refused
from app.domain.invoice_states import COLLECTED, PAYABLE, due, next_status
from app.domain.invoices import InvoiceStatus
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.payments import PaymentStatus, Purpose, next_attempt
from app.domain.periods import local_date
from app.faults import Fault, reach
from app.models import Account, Invoice, Payment, PaymentMethod
from app.payments.provider import Outcome, OutcomeUnknown, Provider, UnknownCard
from app.services import auto_top_up, credits, invoices, top_ups
from app.services.locks import any_account_locked, time_of
from app.store import accounts as account_store
from app.store import invoices as invoice_store
from app.store import payments as store

LEASE = timedelta(seconds=30)
RETRY_UNKNOWN = timedelta(seconds=10)
log = structlog.get_logger()


async def add_payment_method(
    uow: UnitOfWork, provider: Provider, account_id: UUID, token: str
) -> PaymentMethod:
    """The new method becomes the default; what was declined before is tried again with it.

    A closed account may need one to pay its last invoice.
    """
    try:
        card = await provider.card(token)
    except UnknownCard:
        raise InvalidInput("The payment provider knows no such token.", field="token") from None
    account = await any_account_locked(uow, account_id)
    if current := await store.default_method(uow.session, account_id):
        current.is_default = False
        await uow.session.flush()
    now = time_of(uow, account)
    method = PaymentMethod(
        account_id=account_id,
        token=card.token,
        brand=card.brand,
        last4=card.last4,
        created_at=now,
    )
    uow.session.add(method)
    await uow.session.flush()
    await uow.session.exec(
        update(Invoice)
        .where(
            col(Invoice.account_id) == account_id,
            col(Invoice.status).in_(COLLECTED),
            col(Invoice.due_on) <= local_date(now, account.billing_timezone),
        )
        .values(next_attempt_at=now)
    )
    await auto_top_up.allow_again(uow, account)
    uow.enqueue("collect", account_id)
    return method


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
    payment = await _intend(uow, account, invoice)
    if payment is None:
        raise Refused("I6", "Add a payment method first.", field="invoiceId")
    return payment


async def _intend(uow: UnitOfWork, account: Account, invoice: Invoice) -> Payment | None:
    """The intent for what an invoice still asks; None without a method to charge."""
    invoice.next_attempt_at = None
    method = await store.default_method(uow.session, account.id)
    if method is None:
        _give_up(account, invoice)
        return None
    payment = Payment(
        id=new_id(),
        account_id=account.id,
        purpose=Purpose.INVOICE,
        invoice_id=invoice.id,
        payment_method_id=method.id,
        amount=due(invoice),
        created_at=time_of(uow, account),
    )
    uow.session.add(payment)
    await uow.session.flush()
    uow.enqueue("drive_payment", account.id, payment_id=str(payment.id))
    reach(Fault.INTENT_MADE)
    return payment


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
        await _intend(uow, account, invoice)


async def unsettled(transactions: Transactions, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """What the janitor drives on: intents nobody sent, leases that ran out, unknown outcomes."""
    async with transactions.begin() as uow:
        return await store.unsettled(uow.session, now=uow.now(), count=limit)


async def drive(
    transactions: Transactions, provider: Provider, account_id: UUID, payment_id: UUID
) -> None:
    """Take the lease, ask the provider, settle. Its key is the payment's id, for ever."""
    reach(Fault.INTENT_COMMITTED)
    async with transactions.begin() as uow:
        now = uow.now()
        sent = await store.send(uow.session, account_id, payment_id, now=now, until=now + LEASE)
    if sent is None:
        return
    fence, amount, currency, token = sent
    reach(Fault.LEASE_TAKEN)
    try:
        outcome = await provider.charge(payment_id, amount, currency, token)
    except OutcomeUnknown as error:
        log.warning("payment.unknown", payment_id=str(payment_id), reason=str(error))
        async with transactions.begin() as uow:
            until = uow.now() + RETRY_UNKNOWN
            await store.mark_unknown(uow.session, account_id, payment_id, fence=fence, until=until)
        reach(Fault.MARKED_UNKNOWN)
        return
    reach(Fault.CHARGED)
    async with transactions.begin() as uow:
        await settle(uow, account_id, payment_id, outcome, fence=fence)
    reach(Fault.SETTLEMENT_COMMITTED)


async def settle(
    uow: UnitOfWork,
    account_id: UUID,
    payment_id: UUID,
    outcome: Outcome,
    *,
    fence: int | None = None,
) -> bool:
    """Book an outcome once: whoever comes second, or has lost the lease, changes nothing."""
    account = await any_account_locked(uow, account_id)
    payment = await store.for_update(uow.session, account_id, payment_id)
    if payment is None:  # what is settled is frozen: it cannot even be locked
        await get(uow, account_id, payment_id)
        return False
    stale = fence is not None and payment.fence != fence
    if stale or payment.status not in {PaymentStatus.SENT, PaymentStatus.UNKNOWN}:
        return False
    if outcome.succeeded and payment.purpose is not Purpose.INVOICE:
        payment.invoice_id = (await credits.settle_top_up(uow, account, payment)).id
    payment.status = PaymentStatus.SUCCEEDED if outcome.succeeded else PaymentStatus.DECLINED
    payment.decline_code = outcome.decline_code
    payment.settled_at = time_of(uow, account)
    await uow.session.flush()
    reach(Fault.SETTLING)
    if payment.purpose is Purpose.INVOICE:
        await _settle_invoice(uow, account, payment, outcome)
    elif outcome.succeeded:
        await top_ups.after_success(uow, account, payment)
    elif payment.purpose is Purpose.TOP_UP:
        await top_ups.after_decline(uow, account, payment)
    reach(Fault.SETTLED)
    return True


async def _settle_invoice(
    uow: UnitOfWork, account: Account, payment: Payment, outcome: Outcome
) -> None:
    if payment.invoice_id is None:
        raise LookupError(payment.id)
    invoice = await invoice_store.get(uow.session, account.id, payment.invoice_id)
    if invoice is None:
        raise LookupError(payment.invoice_id)
    now = time_of(uow, account)
    if outcome.succeeded:
        await _book(uow, account, invoice, payment)
        return
    if invoice.status not in COLLECTED:
        return
    if await store.has_other_method(uow.session, payment):
        invoice.next_attempt_at = now
        uow.enqueue("collect", account.id)
        return
    declined = await store.declined_for_invoice(uow.session, account.id, invoice.id)
    code = outcome.decline_code or ""
    invoice.next_attempt_at = next_attempt(declined, now, code)
    if invoice.next_attempt_at is None:
        _give_up(account, invoice)


async def _book(uow: UnitOfWork, account: Account, invoice: Invoice, payment: Payment) -> None:
    """The money of an invoice that was given up is no receivable: it makes up for the bad debt."""
    given_up = invoice.status is InvoiceStatus.UNCOLLECTIBLE
    invoice.paid += payment.amount
    invoice.next_attempt_at = None
    if due(invoice) == 0:
        invoice.status = next_status(invoice.status, InvoiceStatus.PAID)
    await uow.session.flush()
    book = Book.BAD_DEBT if given_up else Book.RECEIVABLE
    now = time_of(uow, account)
    transfer = Transfer(Book.CLEARING, book, payment.amount, TransferKind.PAYMENT, payment.id, now)
    await invoices.post_transfers(uow, account.id, [transfer])
    await recover(uow, account)


def _give_up(account: Account, invoice: Invoice) -> None:
    """I6: users keep their states; an account that is closed stays closed."""
    if invoice.status not in COLLECTED:
        return
    invoice.status = next_status(invoice.status, InvoiceStatus.PAST_DUE)
    if account.status is not AccountStatus.CLOSED:
        account.status = AccountStatus.PAST_DUE


async def recover(uow: UnitOfWork, account: Account) -> None:
    """I6: an account is past due as long as one of its invoices is."""
    if account.status is AccountStatus.PAST_DUE and not await invoice_store.past_due(
        uow.session, account.id
    ):
        account.status = AccountStatus.PAID


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
