"""How fast a worker bills the 1st, against plain SQL that writes the same rows. Run by hand:

    uv run python tests/benchmarks/billing_run.py --accounts 10000

Companies with 5 licences and 2 add-ons each, on a PostgreSQL of its own that syncs to disk as in
production. A round bills one month in each of the ways, every time in another order, so that
neither the mood of the machine nor the growth of the tables decides.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from app.services import runs
from app.services.verify import verify
from tests.benchmarks.companies import Bench, bench, server

EXPECTED = 0.25
ROWS = 7
"""Written for an account: an invoice, 3 charges, a transfer; its subscription and itself."""
SQL = "plain SQL"
WAYS: dict[str, Callable[[Bench], Awaitable[int]]] = {
    "a worker": lambda made: by_worker(made, tasks=1),
    "a worker, two tasks": lambda made: by_worker(made, tasks=2),
    SQL: lambda made: made.by_sql(),
}
CHECKS = {
    "each account has one invoice of 370.00 for each month": """
        SELECT count(*) FROM accounts a
        CROSS JOIN generate_series(1, CAST(:months AS int)) AS month (number)
        LEFT JOIN invoices i ON i.account_id = a.id AND i.number = month.number
            AND lower(i.period) = CAST(:start AS date) + make_interval(months => month.number - 1)
            AND i.kind = 'RENEWAL' AND i.total = 370000000
        WHERE i.id IS NULL OR a.invoice_sequence <> CAST(:months AS int)""",
    "each invoice has 5 licences and 2 add-ons, the same in every way and month": """
        SELECT abs(3 - count(DISTINCT (component, rule, quantity, unit_amount, slots,
                derivation #- '{inputs,days}' #- '{inputs,of}',
                regexp_replace(description, '[0-9]+ [A-Z][a-z]+( [0-9]+)?', 'a day', 'g'))))
            + abs(count(*) - 3 * (SELECT count(*) FROM invoices))
        FROM charges WHERE invoice_id IS NOT NULL""",
    "each invoice stands in the ledger": """
        SELECT count(*) FROM invoices i LEFT JOIN ledger_transfers t ON t.account_id = i.account_id
            AND t.reference = i.id AND t.kind = 'INVOICE' AND t.amount = i.total
        WHERE t.id IS NULL""",
}


async def by_worker(made: Bench, *, tasks: int) -> int:
    """`tasks` at once in this process, as arq runs them; each bills chunk after chunk."""
    size = made.app.settings.chunk_size
    billing = (runs.bill_due(made.app.operators, chunk_size=size) for _ in range(tasks))
    return sum(await asyncio.gather(*billing))


async def seconds(made: Bench, way: str) -> float:
    await made.settle()
    made.move_clock()
    began = perf_counter()
    billed = await WAYS[way](made)
    took = perf_counter() - began
    made.months += 1
    assert billed == made.accounts, f"{way} billed {billed}"
    return took


def report(console: Console, accounts: int, taken: dict[str, list[float]]) -> None:
    table = Table("", "accounts/s", "slowest", "fastest", "rows/s", "of plain SQL")
    for way, times in taken.items():
        speed, slowest, fastest = (accounts / f(times) for f in (median, max, min))
        ratio = median(sql / time for sql, time in zip(taken[SQL], times, strict=True))
        table.add_row(
            way, *(f"{v:,.0f}" for v in (speed, slowest, fastest, speed * ROWS)), f"{ratio:.2f}"
        )
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"expected: no less than {EXPECTED} of plain SQL per worker process")
    console.print(f"peak memory of this process: {peak:.0f} MiB")


async def check(console: Console, made: Bench) -> None:
    found = {"running again bills nothing": await by_worker(made, tasks=1)}
    async with made.owner.connect() as connection:
        values = {"months": made.months, "start": made.start}
        for name, query in CHECKS.items():
            used = values if ":months" in query else {}
            found[name] = (await connection.execute(text(query), used)).scalar_one()
    invariants = [checked async for checked in verify(made.app.operators)]
    wrong = [f"{each.invariant.name}: {each.findings[:3]}" for each in invariants if each.count]
    found[f"all {len(invariants)} invariants of `perseat verify` hold {wrong or ''}"] = len(wrong)
    for name, count in found.items():
        console.print(f"[red]WRONG ({count})[/]" if count else "[green]right[/]", name)


async def main(accounts: int, rounds: int, history: int) -> None:
    console = Console()
    with server() as url:
        async with bench(url, accounts, history) as made:
            console.print(f"{accounts:,} accounts, {history} months before, {rounds} rounds")
            taken: dict[str, list[float]] = {way: [] for way in WAYS}
            ways = list(WAYS)
            for number in range(rounds):
                for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
                    taken[way].append(await seconds(made, way))
            report(console, accounts, taken)
            await check(console, made)


def command(
    accounts: Annotated[int, typer.Option(help="how many companies")] = 10_000,
    rounds: Annotated[int, typer.Option(help="months that each way bills")] = 6,
    history: Annotated[int, typer.Option(help="months billed and paid before")] = 1,
) -> None:
    asyncio.run(main(accounts, rounds, history))


if __name__ == "__main__":
    typer.run(command)
