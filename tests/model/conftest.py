import asyncio

import pytest

from app.bootstrap import Perseat
from tests.make import unbounded
from tests.model.world import World


@pytest.fixture
async def world(own_app: Perseat) -> World:
    """The services on a database of their own, for tests that are not coroutines."""
    world = World(asyncio.get_running_loop(), unbounded(own_app))
    await world.prepare()
    return world
