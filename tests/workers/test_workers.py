"""Workers are real processes: two of them bill each account once, also if one is killed."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.bootstrap import Perseat
from app.domain.passwords import Activation
from app.domain.runs import RunStatus
from app.services import passwords
from app.services.verify import verify
from tests.letters import letters, token_in
from tests.make import Company, at, drain, make_company
from tests.services.running import ask_to_apply, order, reread, work
from tests.workers.conftest import StartWorker

pytestmark = pytest.mark.long

PATIENCE = 100.0


async def _rows(app: Perseat, sql: str) -> list[Any]:
    async with app.operators.begin() as uow:
        connection = await uow.session.connection()
        return list(await connection.execute(text(sql)))


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await done():
        assert time.monotonic() < deadline, "the workers have not finished"
        await asyncio.sleep(0.1)


async def _companies(app: Perseat, number: int) -> list[Company]:
    """Converted on 1 November; their clocks are moved on without waking anybody."""
    companies = [await make_company(app, users=2) for _ in range(number)]
    for company in companies:
        await company.start()
    await drain(app)
    async with app.operators.begin() as uow:
        connection = await uow.session.connection()
        await connection.execute(
            text("UPDATE accounts SET test_clock = :to"), {"to": at("2026-01-01", "00:00")}
        )
    return companies


async def all_paid(app: Perseat) -> bool:
    sql = """SELECT a.id FROM accounts a WHERE next_bill_at <= test_clock OR EXISTS (
        SELECT FROM invoices i WHERE i.account_id = a.id AND i.status <> 'PAID')"""
    return not await _rows(app, sql)


async def _assert_billed_once(app: Perseat, number: int) -> None:
    """Two months behind: both renewals, in order, dated by their own periods (C5)."""
    rows = await _rows(
        app,
        """SELECT array_agg(issued_on::text ORDER BY number), array_agg(total ORDER BY number)
        FROM invoices WHERE kind = 'RENEWAL' GROUP BY account_id""",
    )
    assert len(rows) == number
    assert {tuple(row[0]) for row in rows} == {("2025-12-01", "2026-01-01")}
    assert {tuple(row[1]) for row in rows} == {(140_000_000, 140_000_000)}
    assert [c.findings async for c in verify(app.operators) if c.count] == []


async def test_two_workers_and_two_ticks_bill_each_account_once(
    own_app: Perseat, start_worker: StartWorker
) -> None:
    await _companies(own_app, 21)  # three chunks

    start_worker()
    start_worker()
    await until(lambda: all_paid(own_app))

    await _assert_billed_once(own_app, 21)


async def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    own_app: Perseat, start_worker: StartWorker
) -> None:
    """kill -9 at random moments, again and again; what it left is done by the next one."""
    await _companies(own_app, 14)
    moments = random.Random(20251201)  # noqa: S311 - a seed, so that a failure can be replayed

    for number in range(3):
        worker = start_worker()
        await until(partial(_works, own_app, f"worker-{number}.log"))
        await asyncio.sleep(moments.uniform(0, 0.6))
        worker.kill()
    start_worker()
    await until(lambda: all_paid(own_app))

    await _assert_billed_once(own_app, 14)
    provider = own_app.provider
    charged = await provider.charged()  # type: ignore[attr-defined]
    paid = await _rows(own_app, "SELECT id, amount FROM payments WHERE status = 'SUCCEEDED'")
    assert charged == {row[0]: row[1] for row in paid}


async def _works(app: Perseat, log: str) -> bool:
    """Before that it would be killed while it is still loaded."""
    return "Starting worker" in (app.settings.data_folder / log).read_text()


async def test_two_workers_do_an_operators_run(own_app: Perseat, start_worker: StartWorker) -> None:
    """C5: nobody rings for it but the tick; checked and posted while the automatic run goes on."""
    companies = [await make_company(own_app, users=2) for _ in range(10)]
    for company in companies:
        await company.start()
    sql = "UPDATE accounts SET test_clock = NULL"
    async with own_app.operators.begin() as uow:
        await (await uow.session.connection()).execute(text(sql))
    plan = await work(own_app, await order(own_app, sandbox=False))
    applied = await ask_to_apply(own_app, plan)

    start_worker()
    start_worker()
    await until(lambda: _is(own_app, applied.id, RunStatus.FINISHED))

    sql = "SELECT total FROM invoices WHERE kind = 'RENEWAL' AND issued_on = '2025-12-01'"
    assert [row[0] for row in await _rows(own_app, sql)] == [140_000_000] * 10


async def _is(app: Perseat, run_id: UUID, status: RunStatus) -> bool:
    return (await reread(app, run_id)).status is status


async def test_whoever_is_added_is_mailed_a_link(
    own_app: Perseat, start_worker: StartWorker
) -> None:
    """U6: with the settings of a worker, and without a word of the link in its log."""
    company = await make_company(own_app)
    (user,) = await company.add()

    start_worker()
    await until(lambda: _mailed(own_app, user.email))

    (letter,) = letters(own_app, user.email)
    chosen = await passwords.choose(own_app.tenants, token_in(letter), "four wet dogs in a row")
    assert chosen is Activation.DONE
    logs = "".join(log.read_text() for log in own_app.settings.data_folder.glob("worker-*.log"))
    assert "invite" in logs
    assert token_in(letter)[22:] not in logs


async def _mailed(app: Perseat, email: str) -> bool:
    return len(letters(app, email)) == 1
