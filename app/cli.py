"""The command `perseat`: run it, show it, look after it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from asyncpg import InsufficientPrivilegeError
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from app import setup
from app.bootstrap import Perseat, perseat
from app.commands import explanations, exports, reconciliation, runs, top_ups
from app.db import migrate as migrations
from app.db.unit_of_work import SilentBell
from app.demo import companies, month, pictures
from app.demo.client import Client, Refusal
from app.domain import ids
from app.domain.errors import BillingError, InvalidInput
from app.domain.exports import Days, Export, day_of
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


def _show_version(wanted: object) -> None:
    if wanted:
        console.print(f"perseat {version('perseat')}", highlight=False)
        raise typer.Exit


@commands.callback()
def about(
    _: Annotated[
        bool | None,
        typer.Option("--version", is_eager=True, callback=_show_version, help="print the version"),
    ] = None,
) -> None:
    """Perseat, a billing engine for products sold by the seat."""


def _account_id(text: str) -> UUID:
    with suppress(ValueError):
        return UUID(text)
    try:
        return ids.decode("account", text, field="account")[0]
    except InvalidInput as error:
        raise typer.BadParameter(f"{text!r} is neither account_... nor a UUID.") from error


@commands.command()
def up(
    workers: Annotated[int, typer.Option(min=1, help="how many worker processes")] = 1,
    demo: Annotated[
        bool | None,
        typer.Option(
            "--demo/--no-demo",
            help="found demo companies where there are none; "
            "unasked only if PERSEAT_DATABASE_URL is not set",
        ),
    ] = None,
) -> None:
    """Run the API, workers and, unless PERSEAT_..._URL say where they are, both servers."""
    settings = Settings()
    if demo is None:
        demo = settings.database_url is None
    if ours := _embedded(settings):
        console.print(f"Starting {' and '.join(ours)} ...", style="dim")
    with servers(settings) as started:
        settings = located(settings, started.database_url, started.redis_url)
        key = asyncio.run(setup.prepare(settings))
        with running(settings, started, workers=workers) as (url, sandbox_url):
            if demo:
                asyncio.run(_found_demo_companies(Client(url, key, started.supervisor.check)))
            for line in (
                f"\nPerseat is up. Click: {url}/graphiql#key={key}",
                f"API:    {url}/graphql",
                f"Key:    {key}   (Authorization: Bearer ...)",
                f"Data:   {settings.data_folder} (its folder logs has the logs)",
                *([f"Cards:  {sandbox_url} (the sandbox provider)"] if sandbox_url else []),
            ):
                console.print(line, soft_wrap=True)
            console.print("Ctrl-C stops everything.\n", style="dim")
            wait_for_interrupt(started)
    console.print("Stopped.")


@commands.command("demo")
def show_demo() -> None:
    """Run a month of real billing with real processes, and print what happened."""
    settings = Settings()
    with _steps() as tell:
        tell(f"Starting {', '.join([*_embedded(settings), 'the API'])} and a worker")
        with servers(settings) as started:
            settings = located(settings, started.database_url, started.redis_url)
            key = asyncio.run(setup.prepare(settings))
            with running(settings, started) as (url, _):
                found, answer = asyncio.run(
                    _run_demo(Client(url, key, started.supervisor.check), tell)
                )
                tell("Checking every invariant of the database")
                checked = asyncio.run(_verify(settings))
    pictures.show(console, found, answer)
    _report(checked)
    console.print("Next: `uv run perseat up` keeps it running, for you to ask it yourself.")


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

    with _database(migrated=False) as settings:
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
def explain(
    charge: Annotated[
        str, typer.Argument(help="the id of a charge, or of an invoice for all of it")
    ],
) -> None:
    """Tell a charge's reason and causes and compute it again; fail if it comes out different."""
    wanted = explanations.parsed(charge)

    async def work(app: Perseat) -> list[explanations.Told]:
        return await explanations.explained(app, wanted)

    with _database() as settings:
        if not explanations.tell(console, asyncio.run(_with(settings, work))):
            raise typer.Exit(1)


@commands.command()
def key(
    role: Annotated[KeyRole, typer.Option(help="what the key may do")] = KeyRole.OPS,
    account: Annotated[
        UUID | None,
        typer.Option(parser=_account_id, metavar="ID", help="whose it is; nobody's for OPS"),
    ] = None,
    name: Annotated[str, typer.Option(help="what it is for")] = "command line",
) -> None:
    """Make an API key and print it: it is shown only now."""
    if role is KeyRole.OPS and account:
        raise typer.BadParameter("A key for OPS has no account: add --role, or omit --account.")
    if role is not KeyRole.OPS and account is None:
        raise typer.BadParameter(f"A key for {role} has an account: add --account.")

    async def make(app: Perseat) -> str:
        transactions = app.operators if account is None else app.tenants
        async with transactions.begin(account) as uow:
            return (await api_keys.create_api_key(uow, account, role, name))[1]

    with _database() as settings:
        console.print(asyncio.run(_with(settings, make)), soft_wrap=True)


@commands.command()
def export(
    what: Annotated[Export, typer.Argument(help="what to export")],
    file: Annotated[Path, typer.Argument(help="where to: a name that ends in .csv or .xlsx")],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="issued (usage: posted) on this day or later"),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DAY", help="issued (usage: posted) on this day or earlier"),
    ] = None,
    account: Annotated[
        UUID | None, typer.Option(parser=_account_id, metavar="ID", help="of one account only")
    ] = None,
) -> None:
    """Write all invoices, the charges on them, or usage, into a file for spreadsheets."""
    days = Days(day_of(first, field="--from"), day_of(last, field="--to"))
    exports.check_name(file)

    async def work(app: Perseat) -> None:
        await exports.write(app, what, days, file, account)

    with _database() as settings:
        asyncio.run(_with(settings, work))
    console.print(f"Wrote {file}.", soft_wrap=True, highlight=False)


@commands.command()
def release(
    account: Annotated[
        UUID, typer.Argument(parser=_account_id, metavar="ACCOUNT", help="the account's id")
    ],
    *,
    accept_unusual: Annotated[
        bool, typer.Option("--accept-unusual", help="the unusual amount is right, this time")
    ] = False,
) -> None:
    """Let billing try a parked account again, after what parked it was mended."""

    async def work(app: Perseat) -> str:
        async with app.operators.begin() as uow:
            released = await accounts.release_parked(uow, account, accept_unusual=accept_unusual)
            return released.name

    with _database() as settings:
        console.print(f"Released {asyncio.run(_with(settings, work))}.")


def located(settings: Settings, database_url: str, redis_url: str) -> Settings:
    """The settings with the addresses of servers that run."""
    found = {"database_url": SecretStr(database_url), "redis_url": SecretStr(redis_url)}
    return settings.model_copy(update=found)


def _embedded(settings: Settings) -> list[str]:
    """The servers that we start ourselves."""
    given = {"PostgreSQL": settings.database_url, "Valkey": settings.redis_url}
    return [name for name, url in given.items() if url is None]


@contextmanager
def _steps() -> Iterator[month.Told]:
    """Where there is a terminal, a spinner beside what is done now; a line for what was done."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("")

        def tell(step: str) -> None:
            if done := progress.tasks[task].description:
                console.print(f"  {done}", style="green")
            progress.update(task, description=step)

        yield tell
        tell("")


@contextmanager
def _database(*, migrated: bool = True) -> Iterator[Settings]:
    """The settings' servers, those that `perseat up` runs now, or our own for a moment."""
    settings = Settings()
    with ExitStack() as stack:
        addresses = addresses_of(settings)
        if addresses is None:
            started = stack.enter_context(servers(settings))
            addresses = started.database_url, started.redis_url
        settings = located(settings, *addresses)
        if migrated:
            _require_schema(settings)
        yield settings


def _require_schema(settings: Settings) -> None:
    found, needed = asyncio.run(migrations.revision(_url(settings))), migrations.newest()
    if found != needed:
        has = f"the schema {found}" if found else "no schema of Perseat yet"
        raise StartupProblem(f"The database has {has}, not {needed}: run `perseat migrate`.")


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


commands.command()(reconciliation.command_on(_database, _with, console))
commands.add_typer(runs.commands_on(_database, _with, console), name="run")
commands.add_typer(top_ups.commands_on(_database, _with, console, _account_id), name="topup")


def _refusal(problem: DBAPIError) -> str:
    """What PostgreSQL said, without what the layers above it made of it."""
    said = (problem.orig and problem.orig.__cause__) or problem.orig
    told = f"the database refused: {str(said).splitlines()[0]}"
    if isinstance(said, InsufficientPrivilegeError):
        told += (
            ". The role in PERSEAT_DATABASE_URL has to own the database and needs CREATEROLE "
            "(`ALTER ROLE ... CREATEROLE`)."
        )
    return told


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
        sys.exit(f"perseat: {_refusal(problem)}")
    except KeyboardInterrupt:
        sys.exit(130)
