"""Lock what you count before you count it: the account first, then its clock, then the rest."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import CLOSED, AccountStatus
from app.domain.errors import NotFound, Refused
from app.models import Account
from app.store import accounts as store


async def account_locked(uow: UnitOfWork, account_id: UUID, *, field: str = "accountId") -> Account:
    """The account, locked until the end of the transaction; a closed one is refused."""
    account = await any_account_locked(uow, account_id, field=field)
    if account.status is AccountStatus.CLOSED:
        raise Refused("P1", CLOSED, field=field)
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


async def accounts_locked(uow: UnitOfWork, account_ids: Iterable[UUID]) -> Mapping[UUID, Account]:
    """Those that exist, closed or not, locked in the order of their ids."""
    accounts = await store.all_for_update(uow.session, account_ids)
    for each in accounts:
        uow.locked(each.id)
    return {each.id: each for each in accounts}


def time_of(uow: UnitOfWork, account: Account) -> datetime:
    """The account's time; ask only under its lock, so that no change is older than a bill."""
    return account.test_clock or uow.now()


def gave_up_waiting(error: BaseException | None) -> bool:
    """A lock was not available in time, or two waited for each other: nothing was written."""
    return _sqlstate(error) in {"55P03", "40P01"}


def took_too_long(error: BaseException | None) -> bool:
    """A statement took longer than any may: nothing was written."""
    return _sqlstate(error) == "57014"


def _sqlstate(error: BaseException | None) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
