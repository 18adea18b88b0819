"""What the driver reads by itself is what SQLAlchemy reads, and its errors are SQLAlchemy's."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import TextClause, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.bootstrap import Perseat
from app.db.base import metadata
from app.db.engine import counted
from app.db.rows import command, fetch
from app.services.locks import gave_up_waiting, took_too_long
from app.store import pages
from tests.make import Company, statements


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("table", sorted(metadata.tables))
async def test_each_table_is_read_with_the_same_values_of_the_same_types(
    app: Perseat, table: str
) -> None:
    query = select(metadata.tables[table])
    async with app.operators.begin() as uow:
        found = await fetch(uow.session, query)
        wanted = (await (await uow.session.connection()).execute(query)).all()

    assert [tuple(each) for each in found] == [tuple(each) for each in wanted]
    assert [[*map(type, each)] for each in found] == [[*map(type, each)] for each in wanted]
    assert [each._asdict() for each in found] == [each._asdict() for each in wanted]


async def test_pages_and_groups_differ_in_values_only(app: Perseat, company: Company) -> None:
    async with app.tenants.begin(company.id) as uow:
        whole = pages.Page("users", 50)
        everybody = (await pages.of_accounts(uow.session, whole, [company.id]))[company.id]
        alone = [
            await pages.of_accounts(
                uow.session, pages.Page("users", 1, equals=(("id", each.id),)), [company.id]
            )
            for each in everybody
        ]
        keys = [(company.id, each.id) for each in everybody]
        grouped = await pages.grouped(uow.session, "users", keys, ("account_id", "id"))

    assert len(everybody) > 1
    assert [each for found in alone for each in found[company.id]] == everybody
    assert [each[0].id for each in grouped.values()] == [each.id for each in everybody]


FIRST = text("SELECT id FROM accounts ORDER BY id LIMIT 1 FOR UPDATE")


@pytest.mark.parametrize(
    ("limit", "statement", "is_it"),
    [
        ("lock_timeout", FIRST, gave_up_waiting),
        ("statement_timeout", text("SELECT pg_sleep(5)"), took_too_long),
    ],
)
async def test_an_error_is_known_for_what_it_is(
    app: Perseat, limit: str, statement: TextClause, is_it: Callable[[BaseException], bool]
) -> None:
    async with app.operators.begin() as other, app.operators.begin() as uow:
        await fetch(other.session, FIRST)
        await command(uow.session, f"SET LOCAL {limit} = '20ms'")
        with pytest.raises(DBAPIError) as told:
            await fetch(uow.session, statement)
        await uow.session.rollback()

    assert is_it(told.value)


async def test_what_is_read_is_counted_and_is_in_the_transaction(
    app: Perseat,
) -> None:
    with statements(app) as seen, counted() as sent:
        async with app.operators.begin() as uow:
            await fetch(uow.session, text("SET LOCAL perseat.account_id = 'x'"))
            read = await fetch(uow.session, text("SELECT current_setting('perseat.account_id')"))
        async with app.operators.begin() as uow:
            after = await fetch(
                uow.session, text("SELECT current_setting('perseat.account_id', true)")
            )

    assert len(seen) == sent.number == 3
    assert read[0] == ("x",)
    assert after[0][0] in {None, ""}


async def test_each_transaction_of_a_session_reads_on_its_own_connection(
    pooled: AsyncEngine,
) -> None:
    pid = text("SELECT pg_backend_pid()")
    async with AsyncSession(pooled) as session, AsyncSession(pooled) as other:
        async with session.begin_nested():
            first = await fetch(session, pid)
        assert await fetch(session, pid) == first
        await session.rollback()
        assert await fetch(other, pid) == first
        second = await fetch(session, pid)
        by_sqlalchemy = (await (await session.connection()).execute(pid)).all()

    assert second == [tuple(each) for each in by_sqlalchemy]
    assert second != first


@pytest.mark.parametrize("steps", range(8))
async def test_who_is_cancelled_leaves_nothing_open(pooled: AsyncEngine, steps: int) -> None:
    """Wherever it is: in BEGIN, in the command, in the statement, or after it."""

    async def work() -> None:
        async with AsyncSession(pooled) as session, session.begin():
            await command(session, "SET LOCAL lock_timeout = '1s'")
            await fetch(session, text("SELECT pg_sleep(0.2)"))
            await asyncio.sleep(1)

    task = asyncio.create_task(work())
    for _ in range(steps):
        await asyncio.sleep(0 if steps < 5 else 0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with AsyncSession(pooled) as session, session.begin():
        await command(session, "SET LOCAL lock_timeout = '2s'")
        connection = await session.connection()
        driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    assert not driver.is_in_transaction()


async def test_one_that_is_left_in_a_transaction_is_not_used_again(pooled: AsyncEngine) -> None:
    async with pooled.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute("BEGIN")
    async with AsyncSession(pooled) as session:
        await fetch(session, text("SELECT 1"))
        other = (await (await session.connection()).get_raw_connection()).driver_connection

    assert other is not driver
    assert driver.is_closed()


async def test_a_column_that_a_migration_adds_is_there_from_then_on(pooled: AsyncEngine) -> None:
    """Its plan is forgotten with the first error, as SQLAlchemy does it."""
    everything = text("SELECT * FROM pieces")
    async with AsyncSession(pooled) as session:
        await command(session, "CREATE TEMPORARY TABLE pieces AS SELECT 1 AS one")
        before = await fetch(session, everything)
        await command(session, "ALTER TABLE pieces ADD COLUMN two int DEFAULT 2")
        await session.commit()
        with pytest.raises(DBAPIError, match="cached statement plan"):
            await fetch(session, everything)
        await session.rollback()
        after = await fetch(session, everything)

    assert [each._asdict() for each in before] == [{"one": 1}]
    assert [each._asdict() for each in after] == [{"one": 1, "two": 2}]
