"""F24: the database is restored from a backup, and the provider is ahead of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.domain.reconciliation import Mismatch, from_json
from app.services import reconciliation
from app.services.adoptions import adopt_charge
from tests.faults.agreement import TAKEN, left, provider_book, until, wrong
from tests.faults.cases import every_case
from tests.faults.conftest import Running
from tests.faults.deeds import spend
from tests.faults.harm import all_missing, companies
from tests.faults.stack import WORKERS, Stack
from tests.make import query

BACKUP = "CREATE DATABASE backup TEMPLATE perseat"
RESTORE = ("DROP DATABASE perseat WITH (FORCE)", "ALTER DATABASE backup RENAME TO perseat")


@asynccontextmanager
async def _nobody_connected(stack: Stack) -> AsyncIterator[None]:
    with stack.without(["api", *WORKERS, "proxy"]):
        for each in (stack.app.tenants, stack.app.operators):
            await each.engine.dispose()
        yield


async def _owner(stack: Stack, *statements: str) -> None:
    assert stack.app.settings.database_url
    url = stack.app.settings.database_url.get_secret_value().replace("/perseat?", "/postgres?")
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for each in statements:
            await connection.execute(text(each))
    await engine.dispose()


@every_case
async def test_the_provider_is_ahead(running: Running) -> None:
    """Everything in the database holds; what it has forgotten is at the provider, and says whose
    it is."""
    stack = await running.get()
    async with companies(stack, 3) as doings:
        async with _nobody_connected(stack):
            await _owner(stack, BACKUP)
        for doing in doings:
            await spend(doing)
        await until(lambda: all_missing(doings))
        lost = {row[0]: row[1] for row in await query(stack.app, TAKEN)}
        async with _nobody_connected(stack):
            await _owner(stack, *RESTORE)
        await until(lambda: left(stack))
    known = {row[0] for row in await query(stack.app, TAKEN)}

    ahead = (await provider_book(stack.app)).keys() - known
    found = await wrong(stack)
    assert len(ahead) == 3
    assert ahead <= lost.keys()
    assert len(found) == 2 * 3
    assert all("is not what the provider has" in each for each in found)

    await _adopt_all(stack, 3)
    await until(lambda: left(stack))
    afterwards = await wrong(stack)
    adopted = {row[0] for row in await query(stack.app, TAKEN)}
    charged = (await provider_book(stack.app)).keys()
    await running.drop()
    assert afterwards == []
    assert ahead <= adopted
    assert adopted == charged


async def _adopt_all(stack: Stack, number: int) -> None:
    """What an operator does: compare, and book what was lost; nothing is charged again."""
    transactions, provider = stack.app.operators, stack.app.provider
    span = await reconciliation.span_of(transactions, provider.name, None, None)
    row = await reconciliation.reconcile(transactions, provider, span, actor="operator")
    named = [from_json(each) for each in row.differences]
    assert [each.kind for each in named] == [Mismatch.UNKNOWN_TO_US] * number
    for each in named:
        assert each.reference
        await adopt_charge(transactions, provider, each.reference, "restored", actor="operator")
