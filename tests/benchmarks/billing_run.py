"""How fast workers bill the 1st, against plain SQL that writes the same rows. Run by hand:

    uv run python tests/benchmarks/billing_run.py --accounts 10000 --accounts 100000

Companies with 5 licences and 2 add-ons each, by the month, the quarter and the year, on a
PostgreSQL of its own that syncs to disk as in production. One month is billed in each of the ways
and undone again, every time in another order: by worker processes, as they bill in production,
and by SQL that writes what they wrote, to the last row, and has nothing to compute.
"""

import asyncio
from statistics import median
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from app.services.verify import verify
from tests.benchmarks.companies import Bench, bench, server

EXPECTED = 0.5
SQL = 0
WAYS = {SQL: "plain SQL", 1: "one worker process", 2: "two worker processes"}
CHARGES = 2
"""Where WRITTEN counts them."""
WRITTEN = """
    SELECT (SELECT count(*) FROM invoices), (SELECT sum(total) FROM invoices),
        (SELECT count(*) FROM charges), (SELECT sum(amount) FROM charges WHERE invoice_id IS NULL),
        (SELECT count(*) FROM ledger_transfers), (SELECT count(*) FROM billing_run_accounts),
        (SELECT sum(invoice_sequence) FROM accounts), (SELECT max(next_bill_at) FROM accounts),
        (SELECT count(*) FROM subscriptions s JOIN before_subscriptions b USING (account_id)
         WHERE s.current <> b.current)
"""


async def written(made: Bench) -> tuple[object, ...]:
    async with made.owner.connect() as connection:
        return tuple((await connection.execute(text(WRITTEN))).one())


async def seconds(made: Bench, way: int) -> float:
    await made.as_owner("undo")
    await made.settle()
    return await (made.by_sql() if way == SQL else made.by_workers(way))


async def measure(made: Bench, rounds: int) -> tuple[dict[int, list[float]], list[str]]:
    """One worker begins, because plain SQL writes what it has written."""
    await made.settle()
    taken: dict[int, list[float]] = {way: [] for way in WAYS}
    taken[1].append(await made.by_workers(1))
    await made.as_owner("keep")
    first, wrong = await written(made), []
    ways = [SQL, 2, 1]
    for number in range(rounds):
        turn = ways[number % 3 :] + ways[: number % 3]
        for way in [way for way in turn if len(taken[way]) <= number]:
            taken[way].append(await seconds(made, way))
            if (found := await written(made)) != first:
                wrong.append(f"{WAYS[way]} wrote {found}, not {first}")
    return taken, wrong


ROWS = """
    SELECT (SELECT count(*) FROM kept_invoices) + (SELECT count(*) FROM kept_charges)
        + (SELECT count(*) FROM kept_unbilled) + (SELECT count(*) FROM kept_ledger_transfers)
        + (SELECT count(*) FROM kept_subscriptions) + (SELECT count(*) FROM kept_accounts)
        + (SELECT count(*) FROM kept_billing_run_accounts)
"""


async def rows_of(made: Bench) -> int:
    """How many rows the month inserts or updates."""
    async with made.owner.connect() as connection:
        return int((await connection.execute(text(ROWS))).scalar_one())


def report(console: Console, made: Bench, rows: int, taken: dict[int, list[float]]) -> None:
    table = Table("", "accounts/s", "slowest", "fastest", "rows/s", "of plain SQL")
    for way, times in taken.items():
        speed, slowest, fastest = (made.accounts / f(times) for f in (median, max, min))
        ratio = median(sql / time for sql, time in zip(taken[SQL], times, strict=True))
        per_second = rows / median(times)
        numbers = [f"{value:,.0f}" for value in (speed, slowest, fastest, per_second)]
        table.add_row(WAYS[way], *numbers, f"{ratio:.2f}")
    console.print(table)
    console.print(f"expected: {EXPECTED} of plain SQL with two worker processes")
    console.print(f"peak memory of a worker process: {max(made.peaks)} MiB")


async def check(console: Console, made: Bench, wrong: list[str]) -> None:
    found = {"each way writes the same rows": wrong}
    began = perf_counter()
    invariants = [checked async for checked in verify(made.app.operators)]
    took = perf_counter() - began
    charges = (await written(made))[CHARGES]
    console.print(f"`perseat verify` took {took:,.0f} s for {charges:,} charges")
    broken = [f"{each.invariant.name}: {each.findings[:3]}" for each in invariants if each.count]
    found[f"all {len(invariants)} invariants of `perseat verify` hold"] = broken
    for name, what in found.items():
        console.print(f"[red]WRONG[/] {name}: {what}" if what else f"[green]right[/] {name}")


async def main(sizes: list[int], rounds: int) -> None:
    console = Console()
    for accounts in sizes:
        with server() as url:
            async with bench(url, accounts) as made:
                console.print(f"{accounts:,} accounts, {rounds} rounds")
                taken, wrong = await measure(made, rounds)
                report(console, made, await rows_of(made), taken)
                await check(console, made, wrong)


def command(
    accounts: Annotated[list[int] | None, typer.Option(help="how many; several times")] = None,
    rounds: Annotated[int, typer.Option(help="how often each way bills the month")] = 3,
) -> None:
    asyncio.run(main(accounts or [10_000, 100_000], rounds))


if __name__ == "__main__":
    typer.run(command)
