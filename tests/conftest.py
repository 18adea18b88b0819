"""A real PostgreSQL and a real Valkey for the whole run; a migrated database to clone."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uuid_utils.compat
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.bootstrap import Perseat, perseat
from app.db.migrate import upgrade
from app.db.unit_of_work import SilentBell
from app.embedded import Servers, servers
from app.services import plans
from app.services.verify import verify
from app.settings import Settings
from tests.places import place


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """A worker for each core; single files run here, where they start at once."""
    return None if any(Path(place).is_dir() for place in config.args) else 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, or one of them would be left when the other workers are done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """Where what the tests keep is quickly written and quickly gone."""
    with place() as path:
        yield path


@pytest.fixture(scope="session")
def both_servers(memory: Path) -> Iterator[Servers]:
    """The embedded PostgreSQL and Valkey, as `perseat up` starts them, but not durable."""
    settings = Settings(data_folder=memory / "servers", database_url=None, redis_url=None)
    with servers(settings, durable=False) as started:
        yield started


@pytest.fixture(scope="session")
def server(both_servers: Servers) -> str:
    """The address of a PostgreSQL, with {} for the database's name."""
    return both_servers.database_url.replace("/perseat?", "/{}?")


@pytest.fixture(scope="session")
def redis_url(both_servers: Servers) -> str:
    return both_servers.redis_url


async def _execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
async def template(server: str, redis_url: str, memory: Path) -> str:
    """The name of a database that is migrated and has the catalogue."""
    await _execute(server.format("postgres"), "CREATE DATABASE template_perseat")
    await upgrade(server.format("template_perseat"))
    settings = _settings(server, "template_perseat", redis_url, memory / "ship")
    async with perseat(settings, bell=SilentBell()) as app, app.operators.begin() as uow:
        await plans.ship_catalogue(uow)
    return "template_perseat"


def _settings(server: str, database: str, redis_url: str, folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": server.format(database),
            "redis_url": redis_url,
            "data_folder": folder,
            "pool_size": 20,
            "rate_burst": 1_000_000,  # what limits it has a test of its own
        }
    )


@pytest.fixture(scope="session")
async def app(server: str, redis_url: str, template: str, memory: Path) -> AsyncIterator[Perseat]:
    """Perseat on a database that the whole run shares: tests make accounts of their own.

    When all is done every invariant must hold for everything that the tests have left behind.
    """
    await _execute(server.format("postgres"), f"CREATE DATABASE shared TEMPLATE {template}")
    settings = _settings(server, "shared", redis_url, memory / "shared")
    async with perseat(settings, bell=SilentBell()) as app:
        yield app
        wrong = [
            (checked.invariant.name, checked.findings)
            async for checked in verify(app.operators)
            if checked.count
        ]
        assert wrong == []


@pytest.fixture
async def own_app(
    server: str, redis_url: str, template: str, memory: Path
) -> AsyncIterator[Perseat]:
    """Perseat on a database of the test's own, for what concerns all accounts at once."""
    name = f"own_{uuid_utils.compat.uuid7().hex}"
    await _execute(server.format("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
    async with perseat(_settings(server, name, redis_url, memory / name), bell=SilentBell()) as app:
        yield app
    await _execute(server.format("postgres"), f"DROP DATABASE {name} WITH (FORCE)")
