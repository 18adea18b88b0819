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
from app.domain.errors import Conflict

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


async def test_a_database_of_a_newer_version_is_left_alone(
    database: tuple[str, AsyncEngine],
) -> None:
    """Somebody went back to an older version: what to do is said, and nothing is done."""
    url, engine = database
    await upgrade(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Conflict, match=r"newer version of Perseat \(schema 9999"):
        await upgrade(url)

    assert await _rows(engine, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_migrating_again_changes_nothing(database: tuple[str, AsyncEngine]) -> None:
    url, engine = database
    await upgrade(url)

    revisions = await upgrade(url)

    async with engine.connect() as connection:
        assert await connection.run_sync(current) == newest()
    assert revisions == (newest(), newest())


FIRST_RELEASE = """
    INSERT INTO plans (id, name, billing_policy, currency) VALUES ('p', 'P', 'LICENSE', 'USD');
    INSERT INTO accounts (id, name, status, currency, billing_timezone, may_go_negative,
        post_paid_subscription, post_paid_usage, next_bill_at, invoice_sequence, created_at,
        version)
    VALUES ('00000000-0000-0000-0000-000000000001', 'Old', 'PAID', 'USD', 'UTC', false, false,
        true, '2025-12-01Z', 0, '2025-11-01Z', 1);
    INSERT INTO subscriptions (account_id, id, plan_id, term, minimum_licenses, current, created_at,
        version)
    VALUES ('00000000-0000-0000-0000-000000000001', uuidv7(), 'p', 'MONTHLY', 7,
        '[2025-11-01,2025-12-01)', '2025-11-01Z', 1);
    INSERT INTO users (account_id, id, first_name, last_name, email, status, created_at, version)
    VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
        'Zoë', 'Ångström', 'zoe@example.com', 'ACTIVE', '2025-11-01Z', 1);
    INSERT INTO user_states (account_id, id, user_id, to_status, version, at, actor)
    VALUES ('00000000-0000-0000-0000-000000000001', uuidv7(),
        '00000000-0000-0000-0000-000000000002', 'ACTIVE', 1, '2025-11-01Z', 'sign-up')
"""


async def test_what_was_there_before_is_there_afterwards(
    database: tuple[str, AsyncEngine],
) -> None:
    """A minimum in force, the policy of each change of state, names that can be sorted, since
    when usage is paid afterwards, and who can log in."""
    url, engine = database
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.upgrade(config(each), "0001"))
        for statement in FIRST_RELEASE.split(";"):
            await connection.execute(text(statement))

    await upgrade(url)

    minimums = await _rows(engine, "SELECT minimum::text, effective_on::text FROM minimum_licenses")
    states = await _rows(engine, "SELECT policy FROM user_states")
    names = await _rows(engine, "SELECT name_key FROM users")
    found = await _rows(
        engine,
        "SELECT email FROM log_ins JOIN users ON address = encode(sha256(email::bytea), 'hex')",
    )
    since = "SELECT part, post_paid::text, actor, (at AT TIME ZONE 'UTC')::date::text"
    agreed = await _rows(engine, f"{since} FROM post_paid_changes")
    assert agreed == [("USAGE", "true", "migration", "2025-11-01")]
    assert minimums == [("7", "2025-11-01")]
    assert (states, names) == ([("LICENSE",)], [("angstrom zoe",)])
    assert found == [("zoe@example.com",)]
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.downgrade(config(each), "0001"))
    assert await _rows(engine, "SELECT minimum_licenses::text FROM subscriptions") == [("7",)]


ACTORS = {
    "Zoë Ångström (zoe@example.com)": "user 00000000-0000-0000-0000-000000000002",
    "Zoë Before (zoe@example.com)": "user 00000000-0000-0000-0000-000000000002",
    "Some Body (gone@example.com)": "a user",
    "ops key night (oncall@example.com)": "ops key night (oncall@example.com)",
    "sign-up": "sign-up",
}
"""As they were written, and what is left of them."""


async def test_names_of_who_did_something_are_forgotten(
    database: tuple[str, AsyncEngine],
) -> None:
    """S33: by name and address, by the address, or nobody's; keys and programs stay."""
    url, engine = database
    by = "account_id, id, user_id, role, granted, at, actor"
    told = f"INSERT INTO role_changes ({by}) SELECT account_id, uuidv7(), id, 'AGENT', true, "
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.upgrade(config(each), "0001"))
        for statement in FIRST_RELEASE.split(";"):
            await connection.execute(text(statement))
        await connection.run_sync(lambda each: command.upgrade(config(each), "0031"))
        for actor in ACTORS:
            insert = text(f"{told} now(), :actor FROM users")
            await connection.execute(insert, {"actor": actor})

    await upgrade(url)

    found = await _rows(engine, "SELECT actor FROM role_changes ORDER BY id")
    assert [row[0] for row in found] == list(ACTORS.values())
    forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
    assert await _rows(engine, forced) == []


MANY = """
    INSERT INTO users (account_id, id, first_name, last_name, email, status, created_at, version,
        name_key)
    SELECT account_id, uuidv7(), 'User', n::text, n || '@example.com', 'ACTIVE', created_at, 1, n
    FROM users, generate_series(1, 3000) n;
    INSERT INTO user_states (account_id, id, user_id, from_status, to_status, version, at, actor,
        policy)
    SELECT u.account_id, uuidv7(), u.id, 'PAUSED', 'ACTIVE', n, now(),
        'Zoë Ångström (zoe@example.com)', 'LICENSE'
    FROM (SELECT * FROM users LIMIT 1000) u, generate_series(2, 11) n
"""


async def test_names_in_long_histories_are_forgotten_once(
    database: tuple[str, AsyncEngine],
) -> None:
    """S33: ten thousand rows, of a company of three thousand; there and back and there again."""
    url, engine = database
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.upgrade(config(each), "0001"))
        for statement in FIRST_RELEASE.split(";"):
            await connection.execute(text(statement))
        await connection.run_sync(lambda each: command.upgrade(config(each), "0031"))
        for statement in MANY.split(";"):
            await connection.execute(text(statement))

    await upgrade(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.downgrade(config(each), "0031"))
    await upgrade(url)

    found = await _rows(engine, "SELECT actor, count(*)::text FROM user_states GROUP BY actor")
    who = "user 00000000-0000-0000-0000-000000000002"
    assert sorted(found) == [("sign-up", "1"), (who, "10000")]
