"""The command `perseat`: run it, show it, look after it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from app import setup
from app.bootstrap import Perseat, perseat
from app.db import migrate as migrations
from app.db.unit_of_work import SilentBell
from app.demo import companies, month, pictures
from app.demo.client import Client, Refusal
from app.domain.errors import BillingError
from app.embedded import StartupProblem, addresses_of, servers, stop_leftovers
from app.models.api_keys import KeyRole
from app.processes import running, wait_for_interrupt
from app.services import accounts, api_keys, plans
from app.services.verify import Checked
from app.services.verify import verify as check
from app.settings import Settings

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console()
T = TypeVar("T")


@commands.command()
def up(
    workers: Annotated[int, typer.Option(min=1, help="how many worker processes")] = 1,
    demo: Annotated[bool, typer.Option(help="found demo companies where there are none")] = True,  # noqa: FBT002
) -> None:
    """Run the API, workers and, unless PERSEAT_..._URL say where they are, both servers."""
    settings = Settings()
    console.print("Starting PostgreSQL and Valkey ...", style="dim")
    with servers(settings) as started:
        settings = located(settings, started.database_url, started.redis_url)
        key = asyncio.run(setup.prepare(settings))
        with running(settings, started, workers=workers) as url:
            if demo:
                asyncio.run(_found_demo_companies(Client(url, key, started.supervisor.check)))
            for line in (
                f"\nPerseat is up. Click: {url}/graphiql#key={key}",
                f"API:    {url}/graphql",
                f"Key:    {key}   (Authorization: Bearer ...)",
                f"Data:   {settings.data_folder} (its folder logs has the logs)",
            ):
                console.print(line, soft_wrap=True)
            console.print("Ctrl-C stops everything.\n", style="dim")
            wait_for_interrupt(started)
    console.print("Stopped.")


@commands.command("demo")
def show_demo() -> None:
    """Run a month of real billing with real processes, and print what happened."""
    settings = Settings()
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Starting PostgreSQL, Valkey, the API and a worker")

        def tell(step: str) -> None:
            progress.console.print(f"  {progress.tasks[task].description}", style="green")
            progress.update(task, description=step)

        with servers(settings) as started:
            settings = located(settings, started.database_url, started.redis_url)
            key = asyncio.run(setup.prepare(settings))
            with running(settings, started) as url:
                found, answer = asyncio.run(
                    _run_demo(Client(url, key, started.supervisor.check), tell)
                )
                tell("Checking every invariant of the database")
                checked = asyncio.run(_verify(settings))
    pictures.show(console, found, answer)
    _report(checked)


@commands.command()
def down() -> None:
    """Stop whatever of Perseat still runs on the data folder."""
    stopped = stop_leftovers(Settings().data_folder.expanduser().resolve())
    console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


@commands.command()
def migrate() -> None:
    """Bring the database to the newest schema, and ship the plans that are missing."""

    async def ship(app: Perseat) -> list[str]:
        async with app.operators.begin() as uow:
            return await plans.ship_catalogue(uow)

    with _database() as settings:
        before, after = asyncio.run(migrations.upgrade(_url(settings)))
        shipped = asyncio.run(_with(settings, ship))
    console.print(f"Migrated from {before or 'nothing'} to {after}.")
    console.print(f"Shipped plans: {', '.join(shipped) or 'none, all are there'}.")


@commands.command()
def verify() -> None:
    """Check every invariant; name what is wrong, and fail if anything is."""
    with _database() as settings:
        _report(asyncio.run(_verify(settings)))


@commands.command()
def key(
    role: Annotated[KeyRole, typer.Option(help="what the key may do")] = KeyRole.OPS,
    account: Annotated[UUID | None, typer.Option(help="its account's UUID; none for OPS")] = None,
    name: Annotated[str, typer.Option(help="what it is for")] = "command line",
) -> None:
    """Make an API key and print it: it is shown only now."""

    async def make(app: Perseat) -> str:
        transactions = app.operators if account is None else app.tenants
        async with transactions.begin(account) as uow:
            return (await api_keys.create_api_key(uow, account, role, name))[1]

    with _database() as settings:
        console.print(asyncio.run(_with(settings, make)), soft_wrap=True)


@commands.command()
def release(account: Annotated[UUID, typer.Argument(help="the account's UUID")]) -> None:
    """Let billing try a parked account again, after what parked it was mended."""

    async def work(app: Perseat) -> str:
        async with app.operators.begin() as uow:
            return (await accounts.release_parked(uow, account)).name

    with _database() as settings:
        console.print(f"Released {asyncio.run(_with(settings, work))}.")


def located(settings: Settings, database_url: str, redis_url: str) -> Settings:
    """The settings with the addresses of servers that run."""
    found = {"database_url": SecretStr(database_url), "redis_url": SecretStr(redis_url)}
    return settings.model_copy(update=found)


@contextmanager
def _database() -> Iterator[Settings]:
    """The settings' servers, those that `perseat up` runs now, or our own for a moment."""
    settings = Settings()
    if addresses := addresses_of(settings):
        yield located(settings, *addresses)
        return
    with servers(settings) as started:
        yield located(settings, started.database_url, started.redis_url)


def _url(settings: Settings) -> str:
    if settings.database_url is None:
        raise LookupError("database_url")
    return settings.database_url.get_secret_value()


async def _with(settings: Settings, work: Callable[[Perseat], Awaitable[T]]) -> T:
    async with perseat(settings, bell=SilentBell()) as app:
        return await work(app)


async def _verify(settings: Settings) -> list[Checked]:
    async def work(app: Perseat) -> list[Checked]:
        return [checked async for checked in check(app.operators)]

    return await _with(settings, work)


def _report(checked: list[Checked]) -> None:
    wrong = [each for each in checked if each.count]
    for each in wrong:
        table = Table(title=f"WRONG ({each.invariant.rule}): {each.invariant.name}: {each.count}")
        table.add_column("Account")
        table.add_column("What is wrong")
        for finding in each.findings:
            table.add_row(str(finding.account_id), finding.what)
        console.print(table)
    if wrong:
        raise typer.Exit(1)
    console.print(f"\nVerified: all {len(checked)} invariants hold.", style="bold green")


async def _found_demo_companies(client: Client) -> None:
    try:
        present = await client.ask("{ accounts(first: 1) { nodes { id } } }")
        if present["accounts"]["nodes"]:
            return
        for company in companies.companies():
            await companies.found(client, company)
            if company.converts == companies.FIRST_DAY:
                await companies.convert(client, company)
    finally:
        await client.close()


async def _run_demo(client: Client, tell: month.Told) -> tuple[list[object], str]:
    try:
        all_of_them = companies.companies()
        await month.run(client, all_of_them, tell)
        reports = [
            (await client.ask(pictures.REPORT, id=each.id, month="2025-12-01"))["account"]
            for each in all_of_them
        ]
        question = pictures.QUESTION.replace("...", all_of_them[3].id)
        return reports, json.dumps(await client.ask(question), indent=1)
    finally:
        await client.close()


def main() -> None:
    """What cannot be done is said in one line, with the cure."""
    try:
        commands()
    except (StartupProblem, Refusal, BillingError) as problem:
        sys.exit(f"perseat: {problem}")
    except ValidationError as problem:
        wrong = problem.errors()[0]
        sys.exit(f"perseat: PERSEAT_{str(wrong['loc'][0]).upper()}: {wrong['msg']}.")
    except DBAPIError as problem:
        sys.exit(f"perseat: the database refused: {str(problem.orig).splitlines()[0]}")
    except KeyboardInterrupt:
        sys.exit(130)
