"""Two companies that have a row in every table, in the database that all tests share."""

import pytest

from app.bootstrap import Perseat
from tests.lived import lived
from tests.make import Company


@pytest.fixture(scope="session")
async def company(app: Perseat) -> Company:
    return await lived(app)


@pytest.fixture(scope="session")
async def other(app: Perseat) -> Company:
    return await lived(app)
