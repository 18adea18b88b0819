"""The migrations make what the models say, and can be taken back."""

from collections.abc import AsyncIterator

import pytest
import uuid_utils.compat
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import app.models  # noqa: F401 - registers the tables
from app.db.base import metadata
from app.db.migrate import config, current, newest, upgrade

TABLES = """SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1"""
CONSTRAINTS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""


@pytest.fixture
async def database(server: str) -> AsyncIterator[tuple[str, AsyncEngine]]:
    """A database of its own, still empty: its address and an engine of its superuser."""
    name = f"empty_{uuid_utils.compat.uuid7().hex}"
    outside = create_async_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    async with outside.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        engine = create_async_engine(server.format(name))
        yield server.format(name), engine
        await engine.dispose()
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await outside.dispose()


async def _rows(engine: AsyncEngine, sql: str) -> list[tuple[str, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def test_models_and_migrations_agree(database: tuple[str, AsyncEngine]) -> None:
    """Tables, columns, types, nullability, indexes, unique and foreign keys."""
    url, engine = database
    await upgrade(url)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_checks_and_exclusions_of_the_models_are_in_the_database(
    database: tuple[str, AsyncEngine],
) -> None:
    """Alembic compares neither; a model made in an empty schema does."""
    url, engine = database
    await upgrade(url)
    migrated = await _rows(engine, CONSTRAINTS)

    async with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(text(f"DROP TABLE {table.name}"))
        await connection.execute(text("DROP TABLE alembic_version"))
        await connection.run_sync(metadata.create_all)

    assert [row for row in migrated if row[0] != "alembic_version"] == await _rows(
        engine, CONSTRAINTS
    )


async def test_what_was_upgraded_can_be_taken_back_and_made_again(
    database: tuple[str, AsyncEngine],
) -> None:
    url, engine = database
    await upgrade(url)
    before = await _rows(engine, TABLES)

    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.downgrade(config(each), "base"))
    between = await _rows(engine, TABLES)
    revisions = await upgrade(url)

    assert ("invoices",) in before
    assert between == []
    assert revisions == (None, newest())
    assert await _rows(engine, TABLES) == before


async def test_migrating_again_changes_nothing(database: tuple[str, AsyncEngine]) -> None:
    url, engine = database
    await upgrade(url)

    revisions = await upgrade(url)

    async with engine.connect() as connection:
        assert await connection.run_sync(current) == newest()
    assert revisions == (newest(), newest())
