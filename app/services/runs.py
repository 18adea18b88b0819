"""The billing run (C5, I2): who is due is claimed in chunks, billed by the pure function, written
in bulk. An account that cannot be billed is parked by itself; the others go on."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import AccountParked, BillingError
from app.domain.periods import local_date
from app.faults import Fault, reach
from app.models import Account
from app.services.bills import Judged, judge
from app.services.locks import time_of
from app.services.posting import post
from app.store import accounts
from app.store import runs as run_store
from app.store.accounts import Due

LEASE = timedelta(seconds=60)
BROKEN = (
    IntegrityError,
    DataError,
    BillingError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
"""What is wrong with an account and will be wrong again: it is parked, not tried for ever."""
log = structlog.get_logger()


async def bill_due(
    transactions: Transactions,
    *,
    chunk_size: int,
    chunks: int | None = None,
    only: Sequence[UUID] | None = None,
    sandbox_only: bool = False,
) -> int:
    """Bill whoever is due, oldest cut-off first, until nobody is (or `chunks` are done).

    The number of cut-offs billed. An account that is two months behind is claimed twice. Real
    accounts are left out where operators apply plans for them (`sandbox_only`).
    """
    billed = 0
    while chunks is None or chunks > 0:
        claim = new_id()
        ids = await _claim(transactions, claim, chunk_size, only, sandbox_only=sandbox_only)
        if not ids:
            break
        reach(Fault.BILLING_CLAIMED)
        billed += await _bill_claimed(transactions, ids, claim)
        reach(Fault.BILLING_COMMITTED)
        chunks = None if chunks is None else chunks - 1
    return billed


async def _claim(
    transactions: Transactions,
    claim: UUID,
    count: int,
    only: Sequence[UUID] | None,
    *,
    sandbox_only: bool,
) -> list[UUID]:
    """C5: in a transaction of its own, so that others see it while the chunk is billed."""
    async with transactions.begin() as uow:
        now = uow.now()
        return await accounts.claim_due(
            uow.session,
            claim=claim,
            now=now,
            until=now + LEASE,
            count=count,
            only=only,
            sandbox_only=sandbox_only,
        )


async def _bill_claimed(transactions: Transactions, ids: Sequence[UUID], claim: UUID) -> int:
    """A chunk is one transaction; if the database refuses it, each account gets its own."""
    try:
        async with transactions.begin() as uow:
            return await _bill_chunk(uow, await accounts.lock_claimed(uow.session, ids, claim))
    except BROKEN as error:
        if len(ids) == 1:
            await _park(transactions, ids[0], error)
            return 0
    except (DBAPIError, OSError):
        async with transactions.begin() as uow:
            await accounts.give_back(uow.session, ids, claim)
        raise
    return sum([await _bill_claimed(transactions, [each], claim) for each in ids])


async def _park(transactions: Transactions, account_id: UUID, error: Exception) -> None:
    """What the database said is for operators' eyes; the account is shown a sentence."""
    reason = told(account_id, error)
    async with transactions.begin() as uow:
        account = await accounts.for_update(uow.session, account_id)
        if account is not None and account.next_bill_at is not None:
            due = accounts.due_of(account)
            period = local_date(due.cut_off, due.billing_timezone)
            await post(uow, [Judged(due, period, None, reason)])


def told(account_id: UUID, error: Exception) -> str:
    """The sentence for an error that will come again."""
    log.error("billing.parked", account_id=str(account_id), reason=str(error))
    return "the database refused its bill" if isinstance(error, DBAPIError) else str(error)


async def bill_account(transactions: Transactions, account_id: UUID) -> None:
    """Bill one account up to its own time, under its lock, a transaction for each cut-off.

    A dead worker's claim is no matter.
    """
    more = True
    while more:
        try:
            async with transactions.begin() as uow:
                account = await accounts.for_update(uow.session, account_id)
                more = account is not None and await _bill_next(uow, account)
        except BROKEN as error:
            await _park(transactions, account_id, error)
            return


async def bill_locked_account(uow: UnitOfWork, account: Account) -> None:
    """The same within another use-case, which cannot go on if the account cannot be billed."""
    while await _bill_next(uow, account):
        """One cut-off after the other."""
    if account.parked_reason is not None:
        raise AccountParked(account.parked_reason)


async def _bill_next(uow: UnitOfWork, account: Account) -> bool:
    """Bill the next cut-off of a locked account if it has passed; whether it did."""
    due = account.next_bill_at
    if due is None or account.parked_at is not None or due > time_of(uow, account):
        return False
    await uow.session.flush()
    billed = await _bill_chunk(uow, [accounts.due_of(account)])
    await uow.session.refresh(account)
    return billed == 1


async def _bill_chunk(uow: UnitOfWork, due: Sequence[Due]) -> int:
    """Load, decide, save. The accounts are locked; returns how many were billed."""
    billed = await post(uow, await judge(uow, due)) if due else 0
    reach(Fault.BILLING_POSTED)
    return billed


async def unfinished(transactions: Transactions) -> list[UUID]:
    """Operators' runs that are not done, oldest cut-off first: a lost doorbell costs a minute.

    Automatic runs that nobody waits for any more are finished on the way.
    """
    async with transactions.begin() as uow:
        await run_store.close_automatic(uow.session, uow.now())
        return await run_store.unfinished(uow.session)
