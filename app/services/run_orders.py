"""What operators order: a dry run, its application, a retry of what was parked (C5, I2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import InvalidInput, NotFound, PlanChanged, Refused
from app.domain.periods import add_months
from app.domain.runs import RunMode, RunStatus, applying_run, check_period
from app.models import BillingRun
from app.store import run_accounts
from app.store import run_views as views
from app.store import runs as store
from app.store.runs import Scope

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class NewRun:
    """`period`: a 1st; the next that is to be billed if not given. `due_only`: without accounts
    whose cut-off is still to come. `accounts`: these, real or sandbox ones; else all of a kind."""

    period: date | None = None
    dry_run: bool = True
    sandbox: bool = False
    due_only: bool = False
    accounts: Sequence[UUID] | None = None
    reason: str | None = None


async def start(uow: UnitOfWork, new: NewRun, *, actor: str) -> BillingRun:
    """Write down who is due at the cut-off; workers compute the bills. A dry run posts nothing."""
    scope, now = await _scope(uow, new), uow.now()
    run = BillingRun(
        id=new_id(),
        period=new.period or await _next(uow, scope),
        mode=RunMode.MANUAL,
        status=RunStatus.PLANNING,
        dry_run=new.dry_run,
        sandbox=scope.sandbox,
        due_only=new.due_only or not new.dry_run,
        actor=actor,
        reason=_reason(new.reason, needed=not new.dry_run),
        created_at=now,
    )
    check_period(run.period)
    await _check_order(uow, scope, run.period)
    await store.insert(uow.session, run)
    await run_accounts.fill(uow.session, run, scope, now)
    _asked(uow, run)
    return run


def _asked(uow: UnitOfWork, run: BillingRun) -> None:
    """A worker hears of it, and so does the audit."""
    what = {"period": run.period, "status": run.status, "dry_run": run.dry_run}
    uow.wrote("billing_runs", run.id, **what, sandbox=run.sandbox, due_only=run.due_only)
    uow.ring_for_run(run.id)


async def _scope(uow: UnitOfWork, new: NewRun) -> Scope:
    if new.accounts is None:
        return Scope(new.sandbox)
    kinds = await views.sandboxes(uow.session, new.accounts)
    if len(kinds) < len(set(new.accounts)):
        raise NotFound("account", field="accountIds")
    if len(set(kinds.values())) != 1:
        raise InvalidInput(
            "Name at least one account, and either sandbox accounts or real ones: their totals "
            "are not of one kind.",
            field="accountIds",
        )
    return Scope(next(iter(kinds.values())), new.accounts)


async def _next(uow: UnitOfWork, scope: Scope) -> date:
    """Where nobody is ever billed it is the next month's."""
    found = await store.next_cut_off(uow.session, scope, uow.now())
    return add_months(uow.now().date(), 1) if found is None else found[0]


async def _check_order(uow: UnitOfWork, scope: Scope, period: date) -> None:
    first, count = await store.behind(uow.session, scope, period, uow.now())
    if first is not None:
        raise Refused(
            "C5",
            f"Months are billed in order, and {count} account{'s wait' if count > 1 else ' waits'} "
            f"for {first}: bill that first.",
            field="period",
        )


def _reason(given: str | None, *, needed: bool = True) -> str | None:
    reason = (given or "").strip()
    if needed and not reason:
        raise InvalidInput("Say why: it is kept with the run.", field="reason")
    if len(reason) > REASON_LIMIT:
        raise InvalidInput(f"A reason has at most {REASON_LIMIT} characters.", field="reason")
    return reason or None


async def apply(uow: UnitOfWork, plan_hash: str, reason: str, *, actor: str) -> BillingRun:
    """Post exactly the plan with this hash. It is computed again first: if anything is different
    nothing is posted, and the run is STALE. Asked again, it is the same run."""
    reason_ = _reason(reason)
    plans = await store.plans(uow.session, plan_hash)
    if not plans:
        raise NotFound("plan", field="planHash")
    for plan in plans:
        applied = await store.of_plan(uow.session, plan.id)
        if applied is not None and applied.status is not RunStatus.STALE:
            return applied
    plan = plans[0]
    run = BillingRun(
        id=applying_run(plan.id),
        period=plan.period,
        mode=RunMode.MANUAL,
        status=RunStatus.CHECKING,
        dry_run=False,
        sandbox=plan.sandbox,
        due_only=plan.due_only,
        plan_id=plan.id,
        actor=actor,
        reason=reason_,
        created_at=uow.now(),
    )
    await _check_came(uow, plan)
    if await store.insert(uow.session, run):
        await run_accounts.fill_from_plan(uow.session, run)
        _asked(uow, run)
        return run
    there = await store.of_plan(uow.session, plan.id)
    if there is None or there.status is RunStatus.STALE:
        raise PlanChanged(await views.changes(uow.session, run.id))
    return there


async def _check_came(uow: UnitOfWork, plan: BillingRun) -> None:
    """A forecast is no bill yet."""
    last = await views.last_to_come(uow.session, plan.id, uow.now())
    if last is not None:
        raise Refused(
            "C5",
            f"This plan holds cut-offs that are still to come, the last at {last:%Y-%m-%d %H:%M} "
            "UTC. Apply it after that, or make a dry run of what is due now (dueOnly).",
            field="planHash",
        )


async def retry(
    uow: UnitOfWork,
    run_id: UUID,
    only: Sequence[UUID] | None,
    reason: str,
    *,
    actor: str,
    accept_unusual: bool = False,
) -> BillingRun:
    """Release the accounts that the run has parked, and bill them. An unusual amount is accepted
    for this cut-off only; a total below zero never is."""
    released = f"{actor}: {_reason(reason)}"
    run = await store.get(uow.session, run_id)
    if run is None:
        raise NotFound("billing run", field="runId")
    if run.status not in {RunStatus.POSTING, RunStatus.FINISHED}:
        raise Refused("C5", "Only a run that posts has parked accounts.", field="runId")
    ids = await run_accounts.retry(
        uow.session, run.id, only, accept=accept_unusual, released=released
    )
    if only is not None and set(ids) != set(only):
        raise Refused("C5", "Not all of these accounts are parked by this run.", field="accountIds")
    if ids:
        await store.reopen(uow.session, run.id)
        uow.wrote("billing_runs", run.id, released=sorted(map(str, ids)))
        uow.ring_for_run(run.id)
    return await store.get(uow.session, run.id) or run


async def plan_due(transactions: Transactions) -> None:
    """Where operators apply plans: a dry run of what is due, as soon as the last one does not say
    all of it any more. Two at once make one."""
    async with transactions.begin() as uow:
        scope, now = Scope(), uow.now()
        found = await store.next_cut_off(uow.session, scope, now)
        if found is None or not found[1]:
            return
        period = found[0]
        last = await views.last_automatic_plan(uow.session, period)
        if not await views.uncovered(uow.session, period, last, now):
            return
        run = BillingRun(
            id=uuid5(NAMESPACE_URL, f"perseat:plan:{period}:{last}"),
            period=period,
            mode=RunMode.AUTOMATIC,
            status=RunStatus.PLANNING,
            dry_run=True,
            due_only=True,
            actor="billing",
            created_at=now,
        )
        if await store.insert(uow.session, run):
            await run_accounts.fill(uow.session, run, scope, now)
            uow.ring_for_run(run.id)
