"""Rule I6: what nobody could collect is past due, and so is the account, until it is paid."""

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.invoice_states import COLLECTED, next_status
from app.domain.invoices import InvoiceStatus
from app.models import Account, Invoice
from app.store import invoices as store


def give_up(account: Account, invoice: Invoice) -> None:
    """Users keep their states; an account that is closed stays closed."""
    invoice.next_attempt_at = None
    if invoice.status not in COLLECTED:
        return
    invoice.status = next_status(invoice.status, InvoiceStatus.PAST_DUE)
    if account.status is not AccountStatus.CLOSED:
        account.status = AccountStatus.PAST_DUE


async def recover(uow: UnitOfWork, account: Account) -> None:
    """An account is past due as long as one of its invoices is."""
    if account.status is AccountStatus.PAST_DUE and not await store.past_due(
        uow.session, account.id
    ):
        account.status = AccountStatus.PAID
