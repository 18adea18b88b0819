"""Random months with random faults: a seed says who does what, and what happens when."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.faults import Fault
from tests.faults import test_postgres, test_valkey
from tests.faults.agreement import until
from tests.faults.cases import OVER, recovering, wake
from tests.faults.deeds import Deed, Doing, buy, decline, defer, hire, month, plan, spend, upload
from tests.faults.harm import Harm, all_missing, companies
from tests.faults.stack import Stack
from tests.faults.test_points import WAYS

FREE: Sequence[Deed] = (spend, spend, upload, buy, hire, plan, decline)
"""In any order, in November; the next day and the 1st come after them."""
HARMS: dict[str, Harm] = {
    "Valkey flushed": test_valkey.flush,
    "Valkey killed": test_valkey.kill,
    "PostgreSQL crashed": test_postgres.crash,
    "connections cut": test_postgres.cut_off,
}
COMPANIES, ORDERS, PAUSE = 6, 5, 0.3
"""PAUSE: the longest that a company waits between two of its deeds, in seconds."""


@dataclass(frozen=True)
class Story:
    """All that a seed decides."""

    lives: Sequence[Sequence[Deed]]
    orders: Sequence[tuple[Fault, str]]
    harms: Sequence[str]

    def __str__(self) -> str:
        orders = ", ".join(f"{what} at {point}" for point, what in self.orders)
        return f"{orders}; {', '.join(self.harms) or 'servers well'}"


def story(seed: int) -> Story:
    rng = random.Random(seed)  # noqa: S311 - a seed, so that it can be told again
    lives = [[*rng.sample(FREE, rng.randint(2, len(FREE))), defer, month] for _ in range(COMPANIES)]
    points = rng.sample(list(Fault), ORDERS)
    orders = [(point, rng.choice(list(WAYS))) for point in points]
    return Story(lives, orders, rng.sample(list(HARMS), rng.randint(0, 2)))


async def live(stack: Stack, seed: int) -> None:
    """Tell the story of a seed; it must end well."""
    told = story(seed)
    async with companies(stack, COMPANIES) as doings, recovering(stack, "seeds") as struck:
        for point, what in told.orders:
            stack.order(point, what)
        lives = [
            asyncio.ensure_future(_life(doing, life))
            for doing, life in zip(doings, told.lives, strict=True)
        ]
        tending = asyncio.ensure_future(_tend(stack))
        try:
            for harm in told.harms:
                await asyncio.wait(lives, timeout=PAUSE)
                await HARMS[harm](stack)
            await asyncio.gather(*lives)
            struck()
            await until(lambda: all_missing(doings), 2 * OVER + 60)
        finally:
            tending.cancel()
            await asyncio.gather(tending, *lives, return_exceptions=True)


async def _life(doing: Doing, deeds: Sequence[Deed]) -> None:
    for deed in deeds:
        await deed(doing)


async def _tend(stack: Stack) -> None:
    """Somebody looks after those who are stopped, when their leases are over."""
    while True:
        if stack.stopped():
            await wake(stack)
        await asyncio.sleep(0.1)  # between two looks
