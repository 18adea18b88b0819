"""How long the dashboard takes over HTTP, beside the same data by hand. Run by hand:

    uv run python tests/benchmarks/dashboard.py --rounds 300

A company with twenty users and a year of invoices is asked for by the SPA's own document, in this
process and from a real server; and read by three statements that somebody wrote for this page
alone, dumped by orjson, in the same role with the same tenant, without HTTP and without a key. What
nobody who answers GraphQL in Python can be faster than is graphql-core with the answer in hand; and
what any answer costs here is told by the same three statements at a route of the same application,
behind the same key. The invoice to come has no SQL: so the document is also asked without it. Every
round takes all ways in turn. `--profile` shows where our time goes.
"""

import asyncio
import cProfile
import pstats
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Any

import httpx
import orjson
import typer
from graphql import build_schema, execute_sync, parse
from rich.console import Console
from rich.table import Table

from api.asgi import create_app
from api.ids import encode
from app.bootstrap import Perseat, perseat
from app.db.migrate import upgrade
from app.db.unit_of_work import SilentBell
from app.models.api_keys import KeyRole
from app.services import api_keys, plans
from app.services.api_keys import NewKey
from app.settings import Settings
from tests.benchmarks.by_hand import TODAY, by_hand, with_route
from tests.benchmarks.companies import server
from tests.benchmarks.uploads import servers
from tests.make import Company, make_company

AIM = 2.0
HAND, CORE, ROUTE = "by hand", "graphql-core alone", "by hand, from a server"
Ask = Callable[[], Awaitable[bytes]]
SCHEMA = Path(__file__).parents[2] / "schema.graphql"
FILES = Path(__file__).parent
DOCUMENT = (FILES.parents[1] / "graphql/operations/dashboard_page.graphql").read_text()
SHORT = re.sub(r"    upcomingInvoice \{.*?\n    \}\n", "", DOCUMENT, flags=re.DOTALL)


async def a_year(app: Perseat, users: int, months: int) -> Company:
    """Converted in January 2025, and billed on so many firsts; each month somebody came."""
    company = await make_company(app, users=users - months, on="2025-01-01")
    await company.convert()
    for month in range(1, months + 1):
        await company.add()
        await company.go_to(f"{2025 + month // 12}-{month % 12 + 1:02}-01", "12:00")
    await company.go_to(TODAY.isoformat())
    return company


def by_route(http: httpx.AsyncClient, key: str) -> Ask:
    async def ask() -> bytes:
        answer = await http.get("/by-hand", headers={"authorization": f"Bearer {key}"})
        answer.raise_for_status()
        return answer.content

    return ask


def by_http(http: httpx.AsyncClient, key: str, company: Company, document: str) -> Ask:
    body = orjson.dumps(
        {"query": document, "variables": {"account": encode("account", company.id)}}
    )
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    async def ask() -> bytes:
        answer = await http.post("/graphql", content=body, headers=headers)
        if b'"errors"' in answer.content or answer.is_error:
            raise LookupError(answer.text)
        return answer.content

    return ask


async def by_core(http: Ask, company: Company) -> Ask:
    """What graphql-core alone takes for the same answer: no schema of ours, no SQL, no HTTP."""
    data = orjson.loads(await http())["data"]
    schema, document = build_schema(SCHEMA.read_text()), parse(DOCUMENT)
    given = {"account": encode("account", company.id)}

    async def ask() -> bytes:
        done = execute_sync(schema, document, data, variable_values=given)
        if done.errors:
            raise LookupError(done.errors)
        return orjson.dumps(done.data)

    return ask


@asynccontextmanager
async def ways(url: str, users: int, months: int) -> AsyncIterator[dict[str, Any]]:
    await upgrade(url)
    free = {"rate": 1_000_000, "rate_burst": 1_000_000}  # nobody is made to wait here
    away = {"database_url": url, "redis_url": "redis://127.0.0.1:1"}
    settings = Settings.model_validate(away | free)
    async with perseat(settings, bell=SilentBell()) as app:
        async with app.operators.begin() as uow:
            await plans.ship_catalogue(uow)
        company = await a_year(app, users, months)
        async with app.tenants.begin(company.id) as uow:
            new = NewKey(KeyRole.ADMINISTRATOR, "benchmark")
            _, key = await api_keys.create_api_key(uow, company.id, new, pepper=app.key_pepper)
        application = with_route(create_app(nullcontext(app)))
        application.state.perseat = app
        transport = httpx.ASGITransport(application)
        async with (
            servers(url, 1, program="tests.benchmarks.by_hand:app") as (address,),
            httpx.AsyncClient(transport=transport, base_url="http://perseat") as here,
            httpx.AsyncClient(base_url=address, timeout=60) as there,
        ):
            whole = by_http(here, key, company, DOCUMENT)
            yield {
                HAND: lambda: by_hand(app, company.id),
                CORE: await by_core(whole, company),
                "by hand, at a route": by_route(here, key),
                "in process": whole,
                "in process, nothing to come": by_http(here, key, company, SHORT),
                ROUTE: by_route(there, key),
                "from a server": by_http(there, key, company, DOCUMENT),
                "from a server, nothing to come": by_http(there, key, company, SHORT),
            }


async def measure(asked: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    """Milliseconds by way; the first round of each warms its caches and does not count."""
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(rounds + 1):
        for name, ask in asked.items():
            started = perf_counter()
            await ask()
            if turn:
                taken[name].append((perf_counter() - started) * 1_000)
    return taken


def show(console: Console, taken: dict[str, list[float]]) -> None:
    hand, route = median(taken[HAND]), median(taken[ROUTE])
    table = Table(title="the dashboard")
    for head in ("", "median ms", "lowest", "times by hand", "from a server"):
        table.add_column(head, justify="left" if not head else "right")
    for name, times in taken.items():
        middle = median(times)
        figures = (middle, min(times), middle / hand, middle / route)
        table.add_row(name, *(f"{each:.2f}" for each in figures))
    console.print(table)
    console.print(f"aim: {AIM} times by hand or less")


async def run(url: str, users: int, months: int, rounds: int, *, profile: bool) -> None:
    async with ways(url, users, months) as asked:
        show(Console(width=100), await measure(asked, rounds))
        if profile:
            with cProfile.Profile() as found:
                for _ in range(rounds):
                    await asked["in process"]()
            pstats.Stats(found).sort_stats("tottime").print_stats(40)


def main(
    users: Annotated[int, typer.Option(min=2)] = 20,
    months: Annotated[int, typer.Option(min=1, max=12)] = 12,
    rounds: Annotated[int, typer.Option(min=1)] = 300,
    profile: Annotated[bool, typer.Option("--profile")] = False,  # noqa: FBT002
) -> None:
    with server() as url:
        asyncio.run(run(url, users, min(months, users - 1), rounds, profile=profile))


if __name__ == "__main__":
    typer.run(main)
