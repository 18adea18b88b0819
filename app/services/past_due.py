"""Rule I6: what nobody could collect is past due, and so is the account, until it is paid."""

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.invoice_states import COLLECTED, next_status
from app.domain.invoices import InvoiceStatus
from app.models import Account, Invoice, Payment
from app.services import payment_notices
from app.services.invoice_news import tell_status
from app.store import invoices as store


async def give_up(
    uow: UnitOfWork, account: Account, invoice: Invoice, payment: Payment | None = None
) -> bool:
    """Whether it was not past due before; then it is told, and that `payment` was the last.

    Users keep their states; an account that is closed stays closed.
    """
    invoice.next_attempt_at = None
    if invoice.status not in COLLECTED:
        return False
    is_news = invoice.status is not InvoiceStatus.PAST_DUE
    invoice.status = next_status(invoice.status, InvoiceStatus.PAST_DUE)
    if account.status is not AccountStatus.CLOSED:
        account.status = AccountStatus.PAST_DUE
    if is_news:
        tell_status(uow, invoice)
        await payment_notices.past_due(uow, account, invoice, payment)
    return is_news


def reopen(uow: UnitOfWork, account: Account, invoice: Invoice, *, given_up: bool) -> None:
    """What was paid has been taken back: it is asked for again, but not collected by itself. An
    invoice that had been given up before it was paid is given up still."""
    invoice.next_attempt_at = None
    if invoice.status is InvoiceStatus.PAID:
        invoice.status = next_status(invoice.status, InvoiceStatus.PAST_DUE)
        if given_up:
            invoice.status = next_status(invoice.status, InvoiceStatus.UNCOLLECTIBLE)
        elif account.status is not AccountStatus.CLOSED:
            account.status = AccountStatus.PAST_DUE
        tell_status(uow, invoice)


async def recover(uow: UnitOfWork, account: Account) -> None:
    """An account is past due as long as one of its invoices is."""
    if account.status is not AccountStatus.PAST_DUE:
        return
    if not await store.with_status(uow.session, account.id, InvoiceStatus.PAST_DUE):
        account.status = AccountStatus.PAID
        await payment_notices.recovered(uow, account)
