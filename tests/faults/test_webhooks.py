"""F18: forged, old, unknown, huge and senseless webhooks, and the same one thousands of times: the
API serves as before, and nothing is booked by them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson

from tests.faults import till
from tests.faults.agreement import left, until
from tests.faults.cases import every_case, recovering
from tests.faults.deeds import Doing, spend
from tests.faults.harm import all_missing, companies
from tests.faults.stack import Stack
from tests.faults.strangers import PATH, forgeries, memory, post, pour, refused, seen
from tests.make import query
from tests.services.hearing import NO_EVENTS, event, posted, signed

MIB = 1024 * 1024
THOUSANDS, AT_ONCE = 2_000, 100


@asynccontextmanager
async def unmoved(stack: Stack, fault: str) -> AsyncIterator[Doing]:
    """What happens inside leaves no trace; then the same API does what it is asked for."""
    async with companies(stack, 1) as (doing,), recovering(stack, fault):
        await until(lambda: _unheard(doing))
        before = await seen(stack)
        yield doing
        await until(lambda: left(stack))
        assert await seen(stack) == before
        assert stack.ready()
        await spend(doing)
        await until(lambda: all_missing([doing]))


async def _unheard(doing: Doing) -> list[str]:
    """What the provider has still to say by itself: a payment is settled by its answer, too."""
    sql = """SELECT p.id::text FROM payments p WHERE account_id = :id AND NOT EXISTS (
        SELECT FROM provider_events e WHERE e.payment_id = p.id)"""
    return [each for (each,) in await query(doing.stack.app, sql, id=doing.company.id)]


async def _taken(stack: Stack, doing: Doing) -> dict[str, object]:
    """An event that would be true if it were signed."""
    sql = "SELECT id FROM payments WHERE account_id = :id ORDER BY id DESC LIMIT 1"
    ((payment,),) = await query(stack.app, sql, id=doing.company.id)
    return event(payment, doing.company.id)


async def test_forged_and_senseless(stack: Stack) -> None:
    async with unmoved(stack, "F18 webhooks forged, old, senseless") as doing:
        body = orjson.dumps(await _taken(stack, doing))
        for name, (sent, headers) in forgeries(stack, body).items():
            assert await post(stack, sent, headers) == 400, name
        for name, sent in NO_EVENTS.items():
            assert await post(stack, sent, signed(stack.app, sent)) == 400, name
        binary = b"\xff\xfe" + bytes(range(256))
        assert await post(stack, binary, signed(stack.app, b"x")) == 400


async def test_of_what_nobody_knows(stack: Stack) -> None:
    """An unknown kind is kept, a payment that is none of ours too; neither moves anything."""
    async with companies(stack, 1) as (doing,), recovering(stack, "F18 webhooks unknown"):
        before = await seen(stack)
        true = await _taken(stack, doing)
        told = [
            event(None, None, "weather.changed"),
            {**true, "id": f"evt_{doing.company.id.hex}", "type": "charge.doubled"},
            event(doing.company.id, doing.company.id),
            event(doing.company.id, None, reference="ch_nowhere"),
        ]
        for each in told:
            assert await post(stack, *posted(stack.app, each)) == 200
        await until(lambda: left(stack))
        sql = "SELECT outcome FROM provider_events WHERE id = ANY(:ids) ORDER BY outcome"
        rows = await query(stack.app, sql, ids=[each["id"] for each in told])
        assert [row[0] for row in rows] == [
            "IRRELEVANT",
            "NOTHING_NEW",
            "UNKNOWN_TO_US",
            "UNKNOWN_TO_US",
        ]
        after = await seen(stack)
        assert after.booked[0] == before.booked[0] + len(told)
        assert (after.booked[1:], after.api) == (before.booked[1:], before.api)


async def test_huge(stack: Stack) -> None:
    """Whether it says so or not: it is refused while most of it is still to come."""
    async with unmoved(stack, "F18 webhooks huge"):
        held = memory(stack)
        chunk = b"10000\r\n" + 65_536 * b" " + b"\r\n"
        said, taken = await refused(stack, f"content-length: {1024 * MIB}")
        unsaid, more = await refused(stack, "transfer-encoding: chunked", chunk)
        many = await asyncio.gather(*(refused(stack, "content-length: 300000") for _ in range(50)))
        assert {said, unsaid, *(each for each, _ in many)} == {413}
        assert max(taken, more) < 32 * MIB
        assert memory(stack) - held < 64 * MIB


@every_case
async def test_a_body_that_does_not_come(stack: Stack) -> None:
    """Who waits with it does not keep the door busy."""
    fault = "F18 webhooks without an end"
    async with companies(stack, 1) as (doing,), recovering(stack, fault):
        slow = [pour(stack, "content-length: 100", b"") for _ in range(200)]
        waiting = asyncio.gather(*slow)
        await spend(doing)
        await until(lambda: all_missing([doing]))
        assert not waiting.done()
        assert {each for each, _ in await waiting} == {400}


@every_case
async def test_thousands_of_the_same(stack: Stack) -> None:
    """One is kept and looked into once, and what it tells of is booked once."""
    async with companies(stack, 1) as (doing,), recovering(stack, "F18 webhooks by thousands"):
        till.switch(doing, stack, "reset_after")
        till.switch(doing, stack, "no_webhooks")
        await spend(doing)
        await until(lambda: _asked(doing))
        body, headers = posted(stack.app, await _taken(stack, doing))
        async with httpx.AsyncClient(base_url=stack.url, timeout=60, trust_env=False) as http:
            lines = [_again_and_again(http, body, headers) for _ in range(AT_ONCE)]
            assert set().union(*await asyncio.gather(*lines)) == {200}
        await until(lambda: all_missing([doing]))
        sql = "SELECT count(*), max(attempts) FROM provider_events WHERE id = :id"
        rows = await query(stack.app, sql, id=orjson.loads(body)["id"])
        assert [tuple(row) for row in rows] == [(1, 1)]


async def _again_and_again(
    http: httpx.AsyncClient, body: bytes, headers: dict[str, str]
) -> set[int]:
    return {
        (await http.post(PATH, content=body, headers=headers)).status_code
        for _ in range(THOUSANDS // AT_ONCE)
    }


async def _asked(doing: Doing) -> list[str]:
    sql = "SELECT status FROM payments WHERE account_id = :id AND purpose = 'TOP_UP'"
    rows = await query(doing.stack.app, sql, id=doing.company.id)
    return [] if len(rows) > 1 else ["no top-up is intended"]
