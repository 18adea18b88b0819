"""Connections that wait in the pool: asked seldom whether they still are, and replaced if not."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.bootstrap import Perseat
from app.db import engine
from app.db.rows import fetch
from tests.make import as_superuser, query


async def pid(pooled: AsyncEngine) -> int:
    async with pooled.begin() as connection:
        found: int = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        return found


@pytest.mark.parametrize("idle", [0, engine.IDLE + 0.1])
async def test_one_that_ended_in_the_pool_is_replaced(
    app: Perseat, pooled: AsyncEngine, idle: float
) -> None:
    first = await pid(pooled)
    await as_superuser(app, f"SELECT pg_terminate_backend({first}, 5000)")
    await asyncio.sleep(idle)

    assert await pid(pooled) != first


@pytest.mark.parametrize(("idle", "asked"), [(0, 0), (engine.IDLE + 0.1, 1)])
async def test_one_that_was_used_lately_is_not_asked(
    pooled: AsyncEngine, idle: float, asked: int
) -> None:
    sent: list[str] = []
    async with pooled.begin() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        driver.add_query_logger(lambda record: sent.append(record.query))
    first = await pid(pooled)
    sent.clear()
    await asyncio.sleep(idle)

    assert await pid(pooled) == first
    assert sent.count(";") == asked


async def test_who_is_cancelled_leaves_no_transaction_behind(
    app: Perseat, pooled: AsyncEngine
) -> None:
    """In whatever moment: the next one would begin within it, and commit nothing."""

    async def read() -> int:
        async with AsyncSession(pooled) as session, session.begin():
            ((found,),) = await fetch(session, text("SELECT pg_backend_pid()"))
            return int(found)

    held, done, steps = [], False, 0
    while not done:
        task = asyncio.create_task(read())
        for _ in range(steps):
            await asyncio.sleep(0)
        done = not task.cancel()
        await asyncio.wait([task])
        held += await query(app, "SELECT * FROM pg_locks WHERE pid = :pid", pid=await read())
        steps += 1

    assert steps > 4
    assert held == []
