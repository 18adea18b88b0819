"""Lock what you count before you count it: the account first, then its clock, then the rest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import NotFound, Refused
from app.models import Account
from app.store import accounts as store


async def account_locked(uow: UnitOfWork, account_id: UUID, *, field: str = "accountId") -> Account:
    """The account, locked until the end of the transaction; a closed one is refused."""
    account = await any_account_locked(uow, account_id, field=field)
    if account.status is AccountStatus.CLOSED:
        raise Refused("P1", "This account is closed.", field=field)
    return account


async def any_account_locked(
    uow: UnitOfWork, account_id: UUID, *, field: str = "accountId"
) -> Account:
    """Closed or not: money that is on its way has to be booked."""
    account = await store.for_update(uow.session, account_id)
    if account is None:
        raise NotFound("account", field=field)
    uow.locked(account_id)
    return account


def time_of(uow: UnitOfWork, account: Account) -> datetime:
    """The account's time; ask only under its lock, so that no change is older than a bill."""
    return account.test_clock or uow.now()


def gave_up_waiting(error: BaseException | None) -> bool:
    """A lock was not available in time, or two waited for each other: nothing was written."""
    code = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return code in {"55P03", "40P01"}
