"""`perseat up`, `perseat demo`, `perseat down`: the processes."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app import setup
from app.commands.database import console, located, within
from app.commands.verification import checked_by, report
from app.demo import companies, month, pictures
from app.demo.client import Client
from app.embedded import servers, stop_leftovers
from app.processes import running, wait_for_interrupt
from app.settings import Settings


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


def demo() -> None:
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
                checked = asyncio.run(within(settings, checked_by))
    pictures.show(console, found, answer)
    report(checked)
    console.print("Next: `uv run perseat up` keeps it running, for you to ask it yourself.")


def down() -> None:
    """Stop whatever of Perseat still runs on the data folder."""
    stopped = stop_leftovers(Settings().data_folder.expanduser().resolve())
    console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


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
