"""A case: a deed is done, somebody is struck in the middle of it, and in the end all is as if
nothing had happened."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from app.faults import Fault
from tests.faults.agreement import left, totals, until, wrong
from tests.faults.client import Partner
from tests.faults.deeds import Deed, subscriber
from tests.faults.endings import missing
from tests.faults.points import CARDS, DEEDS
from tests.faults.stack import Stack
from tests.faults.table import TABLE

every_case = pytest.mark.every_fault
"""Of the whole matrix, which takes minutes: `python -m tests.faults` runs it."""
WAYS = {
    "kill": "F1 F2 F21 SIGKILL",
    "stop": "F4 SIGSTOP past the lease",
    "4": "F5 blocked past the lease",
    "lose": "F8 connection lost",
    "cut": "F9 answer of a commit lost",
    "cancel": "F28 cancelled",
}
"""What can be ordered at a point, and its number in the catalogue of faults."""
OVER = 6.0
"""Seconds after which every lease of a hurried worker is over."""


@asynccontextmanager
async def recovering(stack: Stack, fault: str) -> AsyncIterator[Callable[[], None]]:
    """What is done inside must end well; the clock of the recovery runs from when `struck` is
    called, or else from the beginning."""
    began = [time.monotonic()]

    def struck() -> None:
        began[0] = time.monotonic()

    line = TABLE.of(fault)
    line.tried += 1
    yield struck
    await until(lambda: left(stack))
    line.slowest = max(line.slowest, time.monotonic() - began[0])
    stack.withdraw()
    found = await wrong(stack)
    line.broken += len(found)
    line.recovered += not found
    line.provider, line.ledger = await totals(stack)
    assert found == []


async def strike(
    stack: Stack, point: Fault, what: str, name: str, deed: Deed | None = None
) -> None:
    """Somebody is struck at `point`, in the middle of the deed that leads there."""
    async with Partner(stack.url, stack.key) as partner:
        doing = await subscriber(stack, partner, CARDS.get(point, "card_ok"))
        await until(lambda: left(stack))
        async with recovering(stack, name) as struck:
            stack.order(point, what)
            done = asyncio.ensure_future((deed or DEEDS[point])(doing))
            await until(lambda: _not_struck(stack, point, done))
            struck()
            if what == "stop":
                await wake(stack)
            await done
            await until(lambda: missing(doing))


async def _not_struck(stack: Stack, point: Fault, done: asyncio.Future[None]) -> list[str]:
    if done.done():
        done.result()
    return [] if stack.carried_out(point) else [f"nobody has come to {point}"]


async def wake(stack: Stack) -> None:
    """Whoever was stopped goes on, when others have done the work, or every lease is over."""
    with suppress(AssertionError):
        await until(lambda: left(stack), OVER)
    for each in stack.stopped():
        each.send_signal(signal.SIGCONT)
