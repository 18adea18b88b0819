"""Work on a run that somebody has started: any number of workers claim chunks of its accounts, and
whoever finds that nothing is left of a phase moves the run on. Memory holds one chunk."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.events import EventKind
from app.domain.runs import TO_PLAN, TO_POST, RunMode, RunStatus
from app.faults import Fault, reach
from app.models import BillingRun
from app.models.api_keys import PLATFORM
from app.services.bills import Judged, judge
from app.services.posting import post_for
from app.services.run_results import Found, checked, compared, elsewhere, planned
from app.services.runs import BROKEN, LEASE, told
from app.store import accounts, run_accounts
from app.store import runs as store
from app.store.run_accounts import Claim

PHASES = {
    RunStatus.PLANNING: TO_PLAN,
    RunStatus.CHECKING: TO_PLAN,
    RunStatus.POSTING: (*TO_PLAN, *TO_POST),
}
"""What each phase has left to do, by the status of accounts."""


async def work_on(
    transactions: Transactions, run_id: UUID, *, chunk_size: int, chunks: int | None = None
) -> bool:
    """Do `chunks` of the run, or all that can be had; whether there may be more to do."""
    while chunks is None or chunks > 0:
        if not await _step(transactions, run_id, chunk_size):
            return False
        chunks = None if chunks is None else chunks - 1
    return True


async def _step(transactions: Transactions, run_id: UUID, chunk_size: int) -> bool:
    """One chunk, or one phase further; False where others have what is left."""
    async with transactions.begin() as uow:
        run = await store.get(uow.session, run_id)
    if run is None or run.status not in PHASES:
        return False
    claim = Claim(new_id(), run.id, PHASES[run.status])
    if ids := await _take(transactions, claim, chunk_size):
        reach(Fault.RUN_CLAIMED)
        await _do(transactions, run, claim, ids)
        reach(Fault.RUN_COMMITTED)
        return True
    if run.mode is RunMode.AUTOMATIC and run.status is RunStatus.POSTING:
        return False
    async with transactions.begin() as uow:
        status = await store.move_on(uow.session, run, claim.left, uow.now())
        if status is not None:
            _tell(uow, run.id, status)
    return status is not None


def _tell(uow: UnitOfWork, run_id: UUID, status: RunStatus) -> None:
    """For who watches: a run is of no account but the platform's."""
    uow.tell(EventKind.BILLING_RUN_PROGRESSED, PLATFORM, billing_run_id=run_id, status=status)


async def _take(transactions: Transactions, claim: Claim, count: int) -> list[UUID]:
    """In a transaction of its own, so that others see it while the chunk is done."""
    async with transactions.begin() as uow:
        now = uow.now()
        return await run_accounts.take(uow.session, claim, now=now, until=now + LEASE, count=count)


async def _do(
    transactions: Transactions, run: BillingRun, claim: Claim, ids: Sequence[UUID]
) -> None:
    """A chunk is one transaction; if it cannot be done, each account gets its own."""
    work = _post if run.status is RunStatus.POSTING else _plan
    try:
        async with transactions.begin() as uow:
            await work(uow, run, claim, ids)
            _tell(uow, run.id, run.status)
            reach(Fault.RUN_WORKED)
    except BROKEN as error:
        if len(ids) == 1:
            await _give_up(transactions, run, claim, ids[0], told(ids[0], error))
            return
    except (DBAPIError, OSError):
        async with transactions.begin() as uow:
            await run_accounts.give_back(uow.session, claim, ids)
        raise
    else:
        return
    for each in ids:
        await _do(transactions, run, claim, [each])


async def _find(uow: UnitOfWork, run: BillingRun, claim: Claim, ids: Sequence[UUID]) -> Found:
    """What is still ours, and where its accounts stand; to post it they are locked first."""
    session, posting = uow.session, run.status is RunStatus.POSTING
    standing = await accounts.standing(session, ids, uow.now(), lock=posting)
    held = await run_accounts.held(session, claim, ids)
    found = Found(run, held, [each for each in standing if each.account_id in held])
    found.settled = await run_accounts.settled(
        session, [each.account_id for each in found.others()], run.period
    )
    return found


async def _plan(uow: UnitOfWork, run: BillingRun, claim: Claim, ids: Sequence[UUID]) -> None:
    """All reads see one instant, so that a bill is of one state; no account is locked."""
    await store.as_of_one_instant(uow.session)
    found = await _find(uow, run, claim, ids)
    judged = await judge(uow, found.due())
    row = planned if run.plan_id is None else checked
    rows = [row(run, each, found.held[each.due.account_id]) for each in judged]
    await run_accounts.update(uow.session, [*rows, *elsewhere(found)])


async def _post(uow: UnitOfWork, run: BillingRun, claim: Claim, ids: Sequence[UUID]) -> None:
    """Exactly what was planned; what is not as it was planned is left, and says so."""
    found = await _find(uow, run, claim, ids)
    judged = await judge(uow, found.due())
    as_planned, changed = compared(run, judged, found.held)
    await post_for(uow, as_planned, run.id)
    await run_accounts.update(uow.session, [*changed, *elsewhere(found)])


async def _give_up(
    transactions: Transactions, run: BillingRun, claim: Claim, account_id: UUID, reason: str
) -> None:
    """An account that breaks its transaction is parked, or planned to be."""
    async with transactions.begin() as uow:
        found = await _find(uow, run, claim, [account_id])
        for due in found.due():
            judged = Judged(due, run.period, None, reason)
            if run.status is RunStatus.POSTING:
                await post_for(uow, [judged], run.id)
            else:
                row = planned if run.plan_id is None else checked
                await run_accounts.update(uow.session, [row(run, judged, found.held[account_id])])
        await run_accounts.update(uow.session, elsewhere(found))
