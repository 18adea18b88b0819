"""Two companies that have a row in every table, in the database that all tests share."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.bootstrap import Perseat
from app.db import engine
from tests.lived import lived
from tests.make import Company


@pytest.fixture(scope="session")
async def company(app: Perseat) -> Company:
    return await lived(app)


@pytest.fixture(scope="session")
async def other(app: Perseat) -> Company:
    return await lived(app)


@pytest.fixture
async def pooled(app: Perseat) -> AsyncIterator[AsyncEngine]:
    """An engine of its own that keeps one connection."""
    assert app.settings.database_url is not None
    url = app.settings.database_url.get_secret_value()
    one = engine.create(url, engine.API_ROLE, pool_size=1)
    yield one
    await one.dispose()
