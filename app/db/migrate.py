"""Bring a database to the newest schema: `perseat migrate`, `perseat up` and the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.domain.errors import Conflict

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x7065727365617401
"""Two that migrate at once take turns."""


def config(connection: Connection) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def _scripts() -> ScriptDirectory:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(settings)


def newest() -> str | None:
    return _scripts().get_current_head()


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> tuple[str | None, str | None]:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = current(connection)
    _check_known(before)
    command.upgrade(config(connection), "head")
    return before, current(connection)


def _check_known(found: str | None) -> None:
    if found is not None and found not in {each.revision for each in _scripts().walk_revisions()}:
        raise Conflict(
            f"This database is of a newer version of Perseat (schema {found}; this one knows "
            f"{newest()}): run that version, or restore a backup of before."
        )


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(database_url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def revision(database_url: str) -> str | None:
    """What the database has now, by the role that its address names: ours may not exist yet."""
    async with _connected(database_url) as connection:
        return await connection.run_sync(current)


async def upgrade(database_url: str) -> tuple[str | None, str | None]:
    """Migrate; the revisions before and after. The whole of it is one transaction.

    Raises Conflict for a database whose schema this code does not know.
    """
    async with _connected(database_url) as connection:
        await connection.execute(text("SET LOCAL lock_timeout = '30s'"))
        return await connection.run_sync(_upgrade)
