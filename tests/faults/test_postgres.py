"""F8, F10, F11: PostgreSQL is what must not lose anything; it may be away, slow or busy."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.exc import DBAPIError

from app.services.locks import any_account_locked
from tests.faults.agreement import left, until
from tests.faults.cases import every_case, recovering
from tests.faults.deeds import Doing, spend, upload_together
from tests.faults.harm import Harm, all_missing, as_owner, companies, harmed
from tests.faults.servers import crash, cut_off, fail_over
from tests.faults.stack import Stack


@pytest.mark.parametrize(
    ("fault", "harm"),
    [
        ("crashed", crash),
        pytest.param("backends killed", cut_off, marks=every_case),
        pytest.param("away", fail_over, marks=every_case),
    ],
)
async def test_of_no_use(stack: Stack, fault: str, harm: Harm) -> None:
    await harmed(stack, f"F8 PostgreSQL {fault}", harm)


async def _waiting(stack: Stack) -> list[str]:
    sql = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return [] if await as_owner(stack, sql) else ["nobody waits for a lock"]


@every_case
async def test_a_lock_that_is_held(stack: Stack) -> None:
    """F10: who waits too long is told that it is busy, and asks again."""
    async with companies(stack, 1) as (doing,), recovering(stack, "F10 lock timeout"):
        async with stack.app.operators.begin() as uow:
            await any_account_locked(uow, doing.company.id)
            deed = asyncio.ensure_future(spend(doing))
            await until(lambda: _asked_again(doing))
        await deed
        await until(lambda: all_missing([doing]))


async def _asked_again(doing: Doing) -> list[str]:
    return [] if doing.partner.asked_again else ["nobody was told to ask again"]


@every_case
async def test_a_deadlock(stack: Stack) -> None:
    """F10: a body of usage waits for us, and we for the other of its accounts."""
    async with companies(stack, 2) as doings, recovering(stack, "F10 deadlock"):
        ids = sorted(each.company.id for each in doings)
        with suppress(DBAPIError):  # if it is us who have to give way
            async with stack.app.operators.begin() as uow:
                await any_account_locked(uow, ids[1])
                upload = asyncio.ensure_future(upload_together(doings))
                await until(lambda: _waiting(stack))
                await any_account_locked(uow, ids[0])
        await upload
        assert "deadlock detected" in (stack.supervisor.logs / "postgres.log").read_text()
        await until(lambda: all_missing(doings))


@every_case
async def test_no_connection_is_free(stack: Stack) -> None:
    """F11: one connection for everybody, and somebody who keeps an account busy."""
    await asyncio.to_thread(stack.restart, "api", pool_size="1")
    async with companies(stack, 6) as doings, recovering(stack, "F11 no connection free"):
        async with stack.app.operators.begin() as uow:
            await any_account_locked(uow, doings[0].company.id)
            deeds = asyncio.gather(*(spend(each) for each in doings))
            await until(lambda: _waiting(stack))
        await deeds
        await until(lambda: all_missing(doings))
    await asyncio.to_thread(stack.restart, "api")
    await until(lambda: left(stack))
