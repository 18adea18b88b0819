"""Companies that go on with what they do while something happens to the servers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from tests.faults.agreement import left, until
from tests.faults.cases import recovering
from tests.faults.client import Partner
from tests.faults.deeds import Deed, Doing, spend, subscriber
from tests.faults.endings import missing
from tests.faults.stack import Stack

Harm = Callable[[Stack], Awaitable[None]]


@asynccontextmanager
async def companies(stack: Stack, number: int, card: str = "card_ok") -> AsyncIterator[list[Doing]]:
    """Ready to spend, and nothing is left to do for them."""
    async with Partner(stack.url, stack.key) as partner:
        doings = [await subscriber(stack, partner, card) for _ in range(number)]
        await until(lambda: left(stack))
        yield doings


async def as_owner(stack: Stack, sql: str) -> list[str]:
    """One column, as PostgreSQL's superuser sees it: what others do, and every row."""
    async with stack.app.operators.engine.connect() as connection:
        await connection.execute(text("SET LOCAL ROLE postgres"))
        return [str(each) for each in (await connection.execute(text(sql))).scalars()]


async def all_missing(doings: Sequence[Doing]) -> list[str]:
    """What is not yet as it has to be, of all of them."""
    return [each for doing in doings for each in await missing(doing)]


async def harmed(
    stack: Stack, fault: str, harm: Harm, repair: Harm | None = None, *deeds: Deed
) -> None:
    """The API takes everything that is sent while it is so, and all of it is done afterwards."""
    async with companies(stack, 3) as doings, recovering(stack, fault) as struck:
        for deed in deeds or (spend, spend):
            done = asyncio.gather(*(deed(doing) for doing in doings))
            await harm(stack)
            await done
        if repair is not None:
            await repair(stack)
        struck()
        await until(lambda: all_missing(doings))
