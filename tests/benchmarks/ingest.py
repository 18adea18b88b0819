"""How fast usage comes in over HTTP, against a bare staged COPY of the same rows. Run by hand:

    uv run python tests/benchmarks/ingest.py --filled 5000000

One and two server processes, by `POST /usage` (bodies of 20,000 lines) and by GraphQL (1,000
events a request), for a thousand accounts and for one, on a table that already holds millions of
events and syncs to disk as in production. Beside each of them the same rows go into the same
table by what no ingestion can do without: COPY into a temporary table and INSERT ... ON CONFLICT
from there, by as many connections as clients, as the same role, under the same constraints.
"""

import asyncio
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.benchmarks.companies import server
from tests.benchmarks.uploads import HOT, MANY, Bench, bench

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

EXPECTED = 0.6
FLOOR = 10_000
"""Events a second that are claimed for another engine on PostgreSQL alone."""
_runs = count(1)


BARE = "bare COPY and INSERT"


async def measure(
    console: Console, made: Bench, accounts: str, events: int, rounds: int
) -> dict[str, list[float]]:
    """Events per second by way, told at once; every round in another order."""
    ways: dict[str, Callable[[str], Awaitable[float]]] = {
        BARE: lambda run: made.bare(accounts, run, events),
        "NDJSON, 1 process": lambda run: made.ndjson(accounts, run, events, processes=1),
        "NDJSON, 2 processes": lambda run: made.ndjson(accounts, run, events, processes=2),
        "GraphQL, 1 process": lambda run: made.graphql(accounts, run, events // 4, processes=1),
        "GraphQL, 2 processes": lambda run: made.graphql(accounts, run, events // 4, processes=2),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        names = list(ways)
        for name in names[turn % 5 :] + names[: turn % 5]:
            await made.settle()
            taken[name].append(await ways[name](f"run-{next(_runs)}"))
            rate = taken[name][-1]
            of_bare = rate / median(taken[BARE])
            console.print(f"{accounts}, {name}: {rate:,.0f} events/s, {of_bare:.2f} of bare")
    return taken


def show(console: Console, title: str, taken: dict[str, list[float]]) -> None:
    bare = median(taken[BARE])
    table = Table(title=title)
    for head in ("", "events/s", "lowest", "highest", "of bare"):
        table.add_column(head, justify="left" if not head else "right")
    for name, rates in taken.items():
        middle = median(rates)
        figures = (f"{each:,.0f}" for each in (middle, min(rates), max(rates)))
        table.add_row(name, *figures, f"{middle / bare:.2f}")
    console.print(table)


async def run(url: str, filled: int, accounts: int, events: int, rounds: int) -> None:
    console = Console(width=100)
    async with bench(url, accounts, filled) as made:
        for which, title in ((MANY, f"{accounts:,} accounts"), (HOT, "one hot account")):
            taken = await measure(console, made, which, events, rounds)
            show(console, f"{title}, {filled:,} events before", taken)
        wrong = await made.wrong()
    console.print(f"expected: {EXPECTED} of bare by NDJSON, and more than {FLOOR:,} events/s")
    console.print("WRONG: " + "; ".join(wrong) if wrong else "right: every event, debit and sum")


def main(
    filled: Annotated[int, typer.Option(help="events that are there before")] = 5_000_000,
    accounts: Annotated[int, typer.Option(help="accounts of the first measurement")] = 1_000,
    events: Annotated[int, typer.Option(help="events of each measurement")] = 200_000,
    rounds: Annotated[int, typer.Option(help="measurements of each way")] = 3,
) -> None:
    with server() as url:
        asyncio.run(run(url, filled, accounts, events, rounds))


if __name__ == "__main__":
    typer.run(main)
