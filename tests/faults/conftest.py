"""One stack for all cases of a run; a case that fails leaves none behind for the next."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from tests.embedded.conftest import base
from tests.faults.stack import Stack
from tests.faults.starting import stacked
from tests.faults.table import TABLE, printed


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


@pytest.fixture(scope="package")
async def running() -> AsyncIterator[Running]:
    """Not for longer than it is needed: its workers look for work all the time."""
    async with AsyncExitStack() as place:
        yield Running(place)


@pytest.fixture
async def stack(running: Running, request: pytest.FixtureRequest) -> AsyncIterator[Stack]:
    failed = request.session.testsfailed
    yield await running.get()
    if request.session.testsfailed > failed:
        await running.drop()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault-table", action="store_true", help="print what came of each fault")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes tells what it has come to."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["faults"] = [asdict(each) for each in TABLE.lines.values()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for each in getattr(node, "workeroutput", {}).pop("faults", ()):  # asked twice
        TABLE.add(each)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.getoption("--fault-table", default=False):
        for line in printed(TABLE):
            terminalreporter.write_line(line)
        for report in terminalreporter.stats.get("failed", ()):
            if seed := re.search(r"test_a_month\[(\d+)\]", report.nodeid):
                again = f"python -m tests.faults --seeds 1 --first {seed[1]} -k test_a_month"
                terminalreporter.write_line(f"Seed {seed[1]} has failed; once more: {again}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All cases share a stack, so they share a process; they are among the long ones. Cases of the
    matrix are left out unless they are asked for."""
    if "PERSEAT_EVERY_FAULT" not in os.environ:
        left_out = [each for each in items if each.get_closest_marker("every_fault")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if not each.get_closest_marker("every_fault")]
    for item in items:
        if "running" in getattr(item, "fixturenames", ()) and "faults" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("faults"))
            item.add_marker(pytest.mark.long)
