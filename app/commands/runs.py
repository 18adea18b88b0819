"""`perseat run`: plan a month, read the plan, post exactly that plan."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from app.bootstrap import Perseat
from app.commands.asking import asking
from app.commands.database import ACTOR, DAY, console, do
from app.domain.errors import NotFound, PlanChanged
from app.domain.money import show
from app.domain.runs import RunStatus, canonical
from app.models import BillingRun
from app.services import run_orders, run_work
from app.services.run_orders import NewRun
from app.store import run_views
from app.store import runs as store

commands = typer.Typer(no_args_is_help=True, help="Plan a billing run, apply the plan, look at it.")


@commands.command()
def plan(
    period: Annotated[
        datetime | None, typer.Argument(formats=DAY, help="a 1st; else the next one to bill")
    ] = None,
    *,
    due_only: Annotated[bool, typer.Option("--due-only", help="who is due by now")] = False,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="sandbox accounts")] = False,
    reason: Annotated[
        str | None, typer.Option(help="why, if you want to say so; the audit keeps it")
    ] = None,
) -> None:
    """Print the bills of a dry run, a line of JSON each; the hash comes last, on stderr."""
    day = None if period is None else period.replace(tzinfo=UTC).date()
    new = NewRun(period=day, due_only=due_only, sandbox=sandbox, reason=reason)
    run = do(lambda app: _plan(app, new))
    typer.echo(f"{run.period}: plan {run.plan_hash}", err=True)


@commands.command("apply")
def apply_(
    plan_hash: Annotated[str, typer.Argument(help="the hash of the plan")],
    reason: Annotated[str, typer.Option(help="why; it is kept with the run")],
) -> None:
    """Post exactly this plan; if anything has changed nothing is posted."""
    _show(*do(lambda app: _apply(app, plan_hash, reason)))


@commands.command("show")
def show_(plan_hash: Annotated[str, typer.Argument(help="the hash of the plan")]) -> None:
    """What a plan bills, why it differs from last month, and what came of it."""
    _show(*do(lambda app: _look(app, plan_hash)))


async def _plan(app: Perseat, new: NewRun) -> BillingRun:
    given = {"period": new.period, "dueOnly": new.due_only, "sandbox": new.sandbox}
    asked = asking(app, "run plan", new.reason, **given)
    async with asked.operators.begin() as uow:
        run = await run_orders.start(uow, new, actor=ACTOR)
    run = await _work(app, run)
    async with app.operators.begin() as uow:
        async for account_id, bill in run_views.planned_bills(uow.session, run.id):
            sys.stdout.write(canonical({"account": str(account_id), **bill}).decode() + "\n")
    return run


async def _apply(app: Perseat, plan_hash: str, reason: str) -> tuple[BillingRun, list[Any]]:
    asked = asking(app, "run apply", reason, planHash=plan_hash)
    async with asked.operators.begin() as uow:
        run = await run_orders.apply(uow, plan_hash, reason, actor=ACTOR)
    run = await _work(app, run)
    async with app.operators.begin() as uow:
        if run.status is RunStatus.STALE:
            raise PlanChanged(await run_views.changes(uow.session, run.id))
        return run, await _facts(app, run)


async def _look(app: Perseat, plan_hash: str) -> tuple[BillingRun, list[Any]]:
    async with app.operators.begin() as uow:
        plans = await store.plans(uow.session, plan_hash)
        if not plans:
            raise NotFound("plan", field="planHash")
        applied = [await store.of_plan(uow.session, each.id) for each in plans]
    run = next((each for each in applied if each is not None), plans[0])
    return run, await _facts(app, run)


async def _work(app: Perseat, run: BillingRun) -> BillingRun:
    """With the workers, if any run; alone if not. What they hold they finish, or lose."""
    while run.status in run_work.PHASES:
        if not await run_work.work_on(app.operators, run.id, chunk_size=app.settings.chunk_size):
            await asyncio.sleep(0.2)
        async with app.operators.begin() as uow:
            run = await store.get(uow.session, run.id) or run
    return run


async def _facts(app: Perseat, run: BillingRun) -> list[Any]:
    async with app.operators.begin() as uow:
        counts = (await run_views.counts(uow.session, [run.id]))[run.id]
        totals = (await run_views.totals(uow.session, [run.id]))[run.id]
        causes = (await run_views.causes(uow.session, [run.id]))[run.id]
    return [counts, totals, causes]


def _show(run: BillingRun, facts: list[Any]) -> None:
    counts, totals, causes = facts
    console.print(f"{run.period}: {run.status}, {counts or 'nobody was due'}", highlight=False)
    table = Table("", "amount")
    for row in totals:
        table.add_row(f"{row.bills} bills", f"{show(row.total)} {row.currency}")
    for row in causes:
        table.add_row(row.cause.lower().replace("_", " "), f"{show(row.amount)} {row.currency}")
    console.print(table)
