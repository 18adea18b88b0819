"""One stack for all cases of a run; a case that fails leaves none behind for the next."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from tests.embedded.conftest import base
from tests.faults.stack import Stack, stacked


@dataclass
class Running:
    """The stack that runs, as long as nobody has broken it."""

    place: AsyncExitStack
    stack: Stack | None = None

    async def get(self) -> Stack:
        if self.stack is None:
            folder = self.place.enter_context(base())
            self.stack = await self.place.enter_async_context(stacked(folder / "data"))
        return self.stack

    async def drop(self) -> None:
        self.stack = None
        await self.place.aclose()


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Running]:
    async with AsyncExitStack() as place:
        yield Running(place)


@pytest.fixture
async def stack(running: Running, request: pytest.FixtureRequest) -> AsyncIterator[Stack]:
    failed = request.session.testsfailed
    yield await running.get()
    if request.session.testsfailed > failed:
        await running.drop()
