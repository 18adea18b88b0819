"""Billing runs as an operator orders them, done by workers in this process."""

from datetime import date
from typing import Any
from uuid import UUID

from app.bootstrap import Perseat
from app.domain.runs import RunStatus
from app.models import BillingRun
from app.services import run_orders, run_work
from app.services.run_orders import NewRun
from app.store import run_views
from app.store import runs as store
from tests.make import money, query

DECEMBER = date(2025, 12, 1)
JANUARY = date(2026, 1, 1)


async def order(app: Perseat, period: date | None = DECEMBER, **more: Any) -> BillingRun:
    """Start a run of sandbox accounts; nobody has worked on it yet."""
    new = NewRun(**{"period": period, "sandbox": True, "reason": "test", **more})
    async with app.operators.begin() as uow:
        return await run_orders.start(uow, new, actor="tester")


async def work(app: Perseat, run: BillingRun, *, chunk_size: int = 2) -> BillingRun:
    """As the workers do it, until nothing is left."""
    await run_work.work_on(app.operators, run.id, chunk_size=chunk_size)
    return await reread(app, run.id)


async def reread(app: Perseat, run_id: UUID) -> BillingRun:
    async with app.operators.begin() as uow:
        run = await store.get(uow.session, run_id)
    assert run is not None
    return run


async def plan(app: Perseat, period: date | None = DECEMBER, **more: Any) -> BillingRun:
    run = await work(app, await order(app, period, **more))
    assert run.status is RunStatus.PLANNED
    return run


async def ask_to_apply(app: Perseat, plan: BillingRun) -> BillingRun:
    assert plan.plan_hash is not None
    async with app.operators.begin() as uow:
        return await run_orders.apply(uow, plan.plan_hash, "looks right", actor="tester")


async def apply(app: Perseat, plan: BillingRun) -> BillingRun:
    return await work(app, await ask_to_apply(app, plan))


async def retry(app: Perseat, run: BillingRun, *only: UUID, accept: bool = False) -> BillingRun:
    async with app.operators.begin() as uow:
        again = await run_orders.retry(
            uow, run.id, only or None, "mended", actor="tester", accept_unusual=accept
        )
    return await work(app, again)


async def document(app: Perseat, run: BillingRun) -> list[Any]:
    async with app.operators.begin() as uow:
        return [each async for each in run_views.planned_bills(uow.session, run.id)]


async def outcomes(app: Perseat, run: BillingRun) -> dict[UUID, tuple[str, str | None]]:
    """Status and total of each account."""
    sql = "SELECT account_id, status, total FROM billing_run_accounts WHERE run_id = :id"
    rows = await query(app, sql, id=run.id)
    return {row[0]: (row[1], None if row[2] is None else money(row[2])) for row in rows}


async def reasons(app: Perseat, run: BillingRun) -> dict[UUID, str]:
    sql = """SELECT account_id, reason FROM billing_run_accounts
        WHERE run_id = :id AND reason IS NOT NULL"""
    return {row[0]: row[1] for row in await query(app, sql, id=run.id)}


async def totals(app: Perseat, run: BillingRun) -> tuple[str, dict[str, str]]:
    """Total and difference by cause, in dollars."""
    async with app.operators.begin() as uow:
        found = (await run_views.totals(uow.session, [run.id]))[run.id]
        causes = (await run_views.causes(uow.session, [run.id]))[run.id]
    total = money(found[0].total) if found else "0.00"
    return total, {each.cause: money(each.amount) for each in causes}
