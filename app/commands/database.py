"""The database of a command: the settings' servers, those that `perseat up` runs now, or our own
for a moment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import typer
from pydantic import SecretStr
from rich.console import Console

from app.bootstrap import Perseat, perseat
from app.db import migrate as migrations
from app.db.unit_of_work import SilentBell
from app.domain import ids
from app.domain.errors import InvalidInput
from app.embedded import StartupProblem, addresses_of, servers
from app.settings import Settings

T = TypeVar("T")
ACTOR = "command line"
DAY = ["%Y-%m-%d"]
INSTANT = [*DAY, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
console = Console()


def do(work: Callable[[Perseat], Awaitable[T]]) -> T:
    """Run `work` on a database that has the schema of this code; nobody is rung for."""
    with database() as settings:
        return asyncio.run(within(settings, work))


async def within(settings: Settings, work: Callable[[Perseat], Awaitable[T]]) -> T:
    async with perseat(settings, bell=SilentBell()) as app:
        return await work(app)


@contextmanager
def database(*, migrated: bool = True) -> Iterator[Settings]:
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
    found, needed = asyncio.run(migrations.revision(url_of(settings))), migrations.newest()
    if found != needed:
        has = f"the schema {found}" if found else "no schema of Perseat yet"
        raise StartupProblem(f"The database has {has}, not {needed}: run `perseat migrate`.")


def located(settings: Settings, database_url: str, redis_url: str) -> Settings:
    """The settings with the addresses of servers that run."""
    found = {"database_url": SecretStr(database_url), "redis_url": SecretStr(redis_url)}
    return settings.model_copy(update=found)


def url_of(settings: Settings) -> str:
    if settings.database_url is None:
        raise LookupError("database_url")
    return settings.database_url.get_secret_value()


def account_id(text: str) -> UUID:
    with suppress(ValueError):
        return UUID(text)
    try:
        return ids.decode("account", text, field="account")[0]
    except InvalidInput as error:
        raise typer.BadParameter(f"{text!r} is neither account_... nor a UUID.") from error


def utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)


def check_folder(path: Path) -> None:
    """What is written needs a folder that is there."""
    if not path.absolute().parent.is_dir():
        raise InvalidInput(f"There is no folder {path.absolute().parent}.", field="file")
