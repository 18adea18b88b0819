"""F3, F13, F14, F20, F25: who bills, when, and how often is tried."""

import asyncio
import signal
from uuid import uuid4

from api.ids import encode
from app.faults import Fault
from app.services.accounts import release_parked
from tests.faults.agreement import left, until
from tests.faults.cases import every_case, recovering
from tests.faults.deeds import Doing, month, spend
from tests.faults.endings import missing
from tests.faults.harm import all_missing, companies
from tests.faults.stack import WORKERS, Stack
from tests.make import at, query

DECLINED = "SELECT id FROM payments WHERE purpose = 'TOP_UP' AND status = 'DECLINED'"


async def test_shown_out_in_the_middle_of_billing(stack: Stack) -> None:
    """F3: what is billed stays billed, and the rest is billed by whoever comes next."""
    async with companies(stack, 10) as doings, recovering(stack, "F3 SIGTERM while billing") as go:
        stack.order(Fault.BILLING_POSTED, "0.5")
        await asyncio.gather(*(month(each) for each in doings))
        await until(lambda: _begun(stack))
        go()
        for worker in WORKERS:
            stack.signal(worker, signal.SIGTERM)
        await until(lambda: all_missing(doings))


async def _begun(stack: Stack) -> list[str]:
    return [] if stack.carried_out(Fault.BILLING_POSTED) else ["nobody bills"]


@every_case
async def test_many_ticks_at_once(stack: Stack) -> None:
    """F13: whoever comes second finds nothing to do."""
    async with companies(stack, 10) as doings, recovering(stack, "F13 twenty ticks at once"):
        await asyncio.gather(*(month(each) for each in doings))
        await asyncio.gather(*(doings[0].tick() for _ in range(20)))
        await until(lambda: all_missing(doings))


@every_case
async def test_ten_workers_at_once(stack: Stack) -> None:
    """F13: ten processes that all look at once when they start."""
    async with companies(stack, 20) as doings, recovering(stack, "F13 ten schedulers"):
        with stack.without(WORKERS):
            await asyncio.gather(*(month(each) for each in doings))
            more = [stack.another(f"worker-{number}") for number in range(3, 11)]
            stack.start(more)
        await until(lambda: all_missing(doings))
        await asyncio.to_thread(stack.supervisor.stop, more)


@every_case
async def test_nobody_there_on_the_first(stack: Stack) -> None:
    """F14: two cut-offs have passed; both are billed, in order, once each."""
    async with companies(stack, 3) as doings, recovering(stack, "F14 down over two 1sts"):
        with stack.without(WORKERS):
            for each in doings:
                await month(each)
                each.renewals = 2
                await each.company.set(test_clock=at("2026-01-02", "00:00"))
        await until(lambda: all_missing(doings))
        sql = """SELECT DISTINCT array_agg(issued_on::text ORDER BY number) FROM invoices
            WHERE kind = 'RENEWAL' AND account_id = ANY(:ids) GROUP BY account_id"""
        ids = [each.company.id for each in doings]
        days = [row[0] for row in await query(stack.app, sql, ids=ids)]
        assert days == [["2025-12-01", "2026-01-01"]]


@every_case
async def test_an_account_that_cannot_be_billed(stack: Stack) -> None:
    """F20: it waits for an operator, and nobody waits for it."""
    async with companies(stack, 10) as doings, recovering(stack, "F20 poison account"):
        for each in doings:
            await each.company.set(test_clock=at("2026-02-01", "00:00"))
            each.renewals = 4
        await until(lambda: left(stack))
        poisoned = doings[4]
        slip = """INSERT INTO minimum_licenses (account_id, id, minimum, effective_on, at, actor)
            VALUES (:id, uuidv7(), 50, '2026-03-01', '2026-02-01Z', 'a slip')"""
        await query(stack.app, slip, id=poisoned.company.id)
        for each in doings:
            await each.company.set(test_clock=at("2026-03-01", "00:00"))
        await until(lambda: all_missing([each for each in doings if each is not poisoned]))
        sql = "SELECT parked_reason FROM accounts WHERE id = :id"
        ((reason,),) = await query(stack.app, sql, id=poisoned.company.id)
        assert "3,500.00" in reason
        async with stack.app.operators.begin() as uow:
            await release_parked(uow, poisoned.company.id, accept_unusual=True)
        await until(lambda: missing(poisoned))


@every_case
async def test_an_order_that_is_given_twice(stack: Stack) -> None:
    """F25: a rerun is ordered three times at the same moment; it is declined once more, and
    charged once when the card is good."""
    async with companies(stack, 2) as doings, recovering(stack, "F25 rerun twice"):
        await asyncio.gather(*(_declined(each) for each in doings))
        await until(lambda: left(stack))
        assert await all_missing(doings)
        tried = await query(stack.app, DECLINED)
        await asyncio.gather(*(_rerun(doings, key) for key in 3 * [str(uuid4())]))
        await until(lambda: left(stack))
        assert len(await query(stack.app, DECLINED)) == len(tried) + 2
        for each in doings:
            await each.company.set_clock("2025-11-01", "13:00")  # four in a minute are a burst
            await each.do("addPaymentMethod", "AddPaymentMethodInput", token="card_ok")
        await until(lambda: all_missing(doings))


async def _declined(doing: Doing) -> None:
    given = {"token": "card_declined"}
    await doing.do("addPaymentMethod", "AddPaymentMethodInput", **given)
    await spend(doing)


async def _rerun(doings: list[Doing], key: str) -> None:
    ids = [encode("account", each.company.id) for each in doings]
    given = {"accountIds": ids, "dryRun": False, "reason": "asked", "idempotencyKey": key}
    await doings[0].partner.do("rerunTopUps", "RerunTopUpsInput", "", **given)
