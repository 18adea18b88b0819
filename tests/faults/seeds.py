"""Random months with random faults: a seed says who does what, and what happens when."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.faults import Fault
from tests.faults.agreement import until
from tests.faults.cases import OVER, WAYS, recovering, wake
from tests.faults.deeds import (
    Deed,
    Doing,
    buy,
    defer,
    hire,
    month,
    plan,
    spend,
    upload,
)
from tests.faults.harm import Harm, all_missing, companies
from tests.faults.payments import adopt, compare, decline, dun, refund
from tests.faults.servers import crash, cut_off, flush, kill
from tests.faults.stack import Stack

FREE: Sequence[Deed] = (spend, compare, upload, buy, hire, plan, decline, refund, adopt)
"""In any order, in November; the next day and the 1st come after them."""
FIRSTS: Sequence[Deed] = (month, month, dun)
HARMS: dict[str, Harm] = {
    "Valkey flushed": flush,
    "Valkey killed": kill,
    "PostgreSQL crashed": crash,
    "connections cut": cut_off,
}
COMPANIES, ORDERS = 6, 5


@dataclass(frozen=True)
class Story:
    """All that a seed decides; a harm comes when so many deeds are done."""

    lives: Sequence[Sequence[Deed]]
    orders: Sequence[tuple[Fault, str]]
    harms: Sequence[tuple[int, str]]

    def __str__(self) -> str:
        orders = ", ".join(f"{what} at {point}" for point, what in self.orders)
        harms = ", ".join(f"{harm} after {after} deeds" for after, harm in self.harms)
        return f"{orders}; {harms or 'servers well'}"


def story(seed: int) -> Story:
    rng = random.Random(seed)  # noqa: S311 - a seed, so that it can be told again
    lives = [
        [*rng.sample(FREE, rng.randint(2, len(FREE))), defer, rng.choice(FIRSTS)]
        for _ in range(COMPANIES)
    ]
    points = rng.sample(list(Fault), ORDERS)
    orders = [(point, rng.choice(list(WAYS))) for point in points]
    harms = [(rng.randint(0, 20), name) for name in rng.sample(list(HARMS), rng.randint(0, 2))]
    return Story(lives, orders, sorted(harms))


async def live(stack: Stack, seed: int) -> None:
    """Tell the story of a seed; it must end well."""
    told = story(seed)
    async with companies(stack, COMPANIES) as doings, recovering(stack, "seeds") as struck:
        for point, what in told.orders:
            stack.order(point, what)
        done: list[Deed] = []
        lives = [
            asyncio.ensure_future(_life(doing, life, done))
            for doing, life in zip(doings, told.lives, strict=True)
        ]
        tending = asyncio.ensure_future(_tend(stack))
        try:
            for after, harm in told.harms:
                await until(partial(_not_yet, done, after, lives))
                await HARMS[harm](stack)
            await asyncio.gather(*lives)
            struck()
            await until(lambda: all_missing(doings), 2 * OVER + 60)
        finally:
            tending.cancel()
            await asyncio.gather(tending, *lives, return_exceptions=True)


async def _life(doing: Doing, deeds: Sequence[Deed], done: list[Deed]) -> None:
    for deed in deeds:
        if deed in FREE:
            await doing.wait()
        await deed(doing)
        done.append(deed)


async def _not_yet(
    done: Sequence[Deed], after: int, lives: Sequence[asyncio.Future[None]]
) -> list[str]:
    over = len(done) >= after or all(each.done() for each in lives)
    return [] if over else [f"{len(done)} deeds are done"]


async def _tend(stack: Stack) -> None:
    """Somebody looks after those who are stopped, when their leases are over."""
    while True:
        if stack.stopped():
            await wake(stack)
        await asyncio.sleep(0.1)  # between two looks
