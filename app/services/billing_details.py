"""Billing details: whom the invoices to come are addressed to, and at what rate they are taxed."""

from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.billing_details import BillingDetails, clean
from app.models import Account
from app.services import runs
from app.services.locks import any_account_locked


async def current_details(uow: UnitOfWork, account_id: UUID) -> BillingDetails:
    """As they are, under the account's lock, for a change of a part of them."""
    return details_of(await any_account_locked(uow, account_id))


def details_of(account: Account) -> BillingDetails:
    return BillingDetails(
        legal_name=account.legal_name,
        address=account.address,
        tax_id=account.tax_id,
        language=account.language,
        tax_rate=account.tax_rate,
    )


async def update_billing_details(
    uow: UnitOfWork, account_id: UUID, details: BillingDetails
) -> Account:
    """I3: for invoices from now on; those that were issued keep what they say, and so do those of
    1sts that have passed: they are issued first (C5)."""
    details = clean(details)
    account = await any_account_locked(uow, account_id)
    if account.parked_reason is None:
        await runs.bill_locked_account(uow, account)
    if details == details_of(account):
        return account
    account.legal_name, account.address = details.legal_name, details.address
    account.tax_id, account.language = details.tax_id, details.language
    account.tax_rate = details.tax_rate
    account.version += 1
    return account
