"""F16, F17, F18: a provider that hangs, breaks off, refuses or forgets costs time and no money."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from api.ids import encode
from app.domain.money import UNIT
from app.domain.reconciliation import Mismatch
from app.services import reconciliation
from tests.faults import till
from tests.faults.agreement import until
from tests.faults.cases import every_case, recovering
from tests.faults.client import Refusal
from tests.faults.deeds import Doing, month, spend
from tests.faults.harm import all_missing, companies
from tests.faults.payments import take_over
from tests.faults.stack import Stack
from tests.make import query

HANGS = {"seconds": 2}
"""Longer than anybody here waits for an answer."""
SWITCHES: dict[str, list[dict[str, Any]]] = {
    "timeout_before": [{"mode": "timeout_before", **HANGS}],
    "timeout_after": [{"mode": "timeout_after", **HANGS}],
    "error_before": [{"mode": "error_before", "times": 2}],
    "error_after": [{"mode": "error_after", "times": 2}],
    "rate_limited": [{"mode": "rate_limited", "times": 2}],
    "reset_before": [{"mode": "reset_before"}],
    "reset_after": [{"mode": "reset_after"}],
    "slow": [{"mode": "slow", "seconds": 1}],
    "found late": [{"mode": "reset_after"}, {"mode": "look_up_late", "operation": "look_up"}],
    "webhooks twice": [{"mode": "duplicate_webhooks"}],
    "webhooks in another order": [{"mode": "reordered_webhooks"}],
    "webhooks late": [{"mode": "late_webhooks", **HANGS}],
    "webhooks instead of an answer": [{"mode": "reset_after"}, {"mode": "duplicate_webhooks"}],
    "no webhooks": [{"mode": "no_webhooks"}],
    "looks fail": [
        {"mode": "error_after"},
        {"mode": "error_before", "operation": "look_up", "times": 2},
    ],
}


@pytest.fixture(autouse=True)
def switched_off(stack: Stack) -> Iterator[None]:
    yield
    if stack.supervisor.logs.exists():
        till.all_off(stack)


async def test_every_switch_at_once(stack: Stack) -> None:
    """F16: each company meets another one."""
    async with companies(stack, len(SWITCHES)) as doings, recovering(stack, "F16 every switch"):
        for doing, orders in zip(doings, SWITCHES.values(), strict=True):
            for each in orders:
                till.switch(doing, stack, **each)
        await asyncio.gather(*(spend(each) for each in doings))
        await until(lambda: all_missing(doings))


@every_case
@pytest.mark.parametrize("name", SWITCHES)
async def test_a_switch(stack: Stack, name: str) -> None:
    async with companies(stack, 1) as (doing,), recovering(stack, f"F16 {name}"):
        for each in SWITCHES[name]:
            till.switch(doing, stack, **each)
        await spend(doing)
        await until(lambda: all_missing([doing]))


async def _open(stack: Stack, doing: Doing) -> list[Any]:
    sql = "SELECT id FROM payments WHERE account_id = :id AND status = 'UNKNOWN'"
    return [row[0] for row in await query(stack.app, sql, id=doing.company.id)]


@every_case
async def test_pending(stack: Stack) -> None:
    """F16: the provider itself does not know; nothing is charged beside it until it does."""
    async with companies(stack, 1) as (doing,), recovering(stack, "F16 pending"):
        till.switch(doing, stack, "pending")
        await spend(doing)
        await until(lambda: _nothing_open(stack, doing))
        await spend(doing)
        (key,) = await _open(stack, doing)
        till.resolve(stack, key)
        await until(lambda: all_missing([doing]))


async def _nothing_open(stack: Stack, doing: Doing) -> list[str]:
    return [] if await _open(stack, doing) else ["nothing is unknown"]


NAMED = """
    SELECT difference ->> 'kind', difference ->> 'reference'
    FROM reconciliations, jsonb_array_elements(differences) AS difference
    WHERE difference ->> 'payment' = :payment ORDER BY created_at DESC LIMIT 1
"""


async def _named(stack: Stack, payment: object, kind: Mismatch) -> str:
    """Until reconciliation says this of a payment; what the provider calls its charge."""

    async def unnamed() -> list[str]:
        seen[:] = await query(stack.app, NAMED, payment=str(payment))
        return [] if seen and seen[0][0] == kind else [f"{seen} instead of {kind}"]

    seen: list[Any] = []
    await until(unnamed)
    return str(seen[0][1])


async def test_a_wrong_amount(stack: Stack) -> None:
    """F16: 5.00 were captured instead of 100.00. Nothing is settled and nothing is charged beside
    it; people say that it was not taken, and adopt what was."""
    async with companies(stack, 1) as (doing,), recovering(stack, "F16 wrong amount"):
        till.switch(doing, stack, "wrong_amount", amount=5 * UNIT)
        await spend(doing)
        await until(lambda: _nothing_open(stack, doing))
        (key,) = await _open(stack, doing)
        await _named(stack, key, Mismatch.AMOUNT)
        assert await _open(stack, doing) == [key]
        payment = {"paymentId": encode("payment", doing.company.id, key), "reason": "asked them"}
        given = {**payment, "resolution": "NOT_TAKEN", "idempotencyKey": str(uuid4())}
        await until(lambda: _refused(doing, given))
        app = stack.app
        span = await reconciliation.span_of(app.operators, app.provider.name, None, None)
        await reconciliation.reconcile(app.operators, app.provider, span, actor="operator")
        reference = await _named(stack, key, Mismatch.TAKEN_AFTER_DECLINE)
        await take_over(doing, reference)
        doing.bought += 1
        await until(lambda: all_missing([doing]))


async def _refused(doing: Doing, given: dict[str, str]) -> list[str]:
    """While the provider is being asked."""
    try:
        await doing.partner.do("resolvePayment", "ResolvePaymentInput", "", **given)
    except Refusal as refusal:
        given["idempotencyKey"] = str(uuid4())
        return [str(refusal)]
    return []


ISSUED = """SELECT count(*) FROM invoices i WHERE kind = 'RENEWAL' AND account_id = ANY(:ids)"""


@every_case
async def test_slow(stack: Stack) -> None:
    """F17: the provider lets everybody wait, and who is due is billed meanwhile."""
    async with companies(stack, 30) as doings, recovering(stack, "F17 slow provider"):
        waiting, due = doings[:15], doings[15:]
        till.switch(None, stack, "slow", times=None, seconds=60)
        await asyncio.gather(*(spend(each) for each in waiting))
        await asyncio.gather(*(month(each) for each in due))
        ids = [each.company.id for each in due]

        async def not_issued() -> list[str]:
            ((issued,),) = await query(stack.app, ISSUED, ids=ids)
            return [] if issued == len(due) else [f"{issued} issued"]

        await until(not_issued)
        assert await all_missing(waiting)
        till.all_off(stack)
        await until(lambda: all_missing(doings))
