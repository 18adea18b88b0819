"""What has to hold after every fault: nothing is left to do, every invariant of the database holds,
and the provider's book is ours."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError, InterfaceError

from app.bootstrap import Perseat
from app.payments.provider import ChargeStatus
from app.payments.sandbox import FIRST, LAST
from app.payments.sandbox_reading import given_back
from app.services import top_ups
from app.services.verify import verify
from tests.faults.stack import PATIENCE, Stack
from tests.make import query

LEFT = """
    SELECT 'payment ' || status FROM payments WHERE status IN ('CREATED', 'SENT', 'UNKNOWN')
    UNION ALL SELECT 'refund ' || status FROM refunds WHERE status IN ('CREATED', 'SENT', 'UNKNOWN')
    UNION ALL SELECT 'event ' || kind FROM provider_events WHERE processed_at IS NULL
    UNION ALL SELECT 'job ' || kind FROM outbox WHERE done_at IS NULL
    UNION ALL SELECT 'cut-off ' || next_bill_at FROM accounts
        WHERE parked_at IS NULL AND next_bill_at <= coalesce(test_clock, now())
    UNION ALL SELECT 'invoice to charge' FROM invoices i JOIN accounts a ON a.id = i.account_id
        WHERE i.next_attempt_at <= coalesce(a.test_clock, now())
    UNION ALL SELECT 'deferral' FROM usage_deferrals d JOIN accounts a ON a.id = d.account_id
        WHERE d.posted_at IS NULL AND d.effective_at < coalesce(a.test_clock, now())
    UNION ALL SELECT 'run ' || status FROM billing_runs
        WHERE mode <> 'AUTOMATIC' AND status IN ('PLANNING', 'CHECKING', 'POSTING')
    UNION ALL SELECT 'webhook' FROM webhook_deliveries d JOIN webhook_endpoints e
        ON e.account_id = d.account_id AND e.id = d.endpoint_id
        WHERE d.status = 'PENDING' AND e.status = 'ENABLED'
"""
TAKEN = """
    SELECT p.reference, sum(p.amount - coalesce(gone, 0))::bigint
    FROM payments p LEFT JOIN (
        SELECT account_id, payment_id, sum(amount) AS gone FROM (
            SELECT account_id, payment_id, amount FROM refunds WHERE status = 'SUCCEEDED'
            UNION ALL SELECT account_id, payment_id, amount FROM late_failures
            UNION ALL SELECT account_id, payment_id, -amount FROM reinstatements
            WHERE refund_id IS NULL
        ) AS back GROUP BY account_id, payment_id
    ) AS back ON back.account_id = p.account_id AND back.payment_id = p.id
    WHERE p.status IN ('SUCCEEDED', 'REFUNDED') GROUP BY p.reference
"""
"""What payments, refunds and late failures say that the provider has, by its reference."""
BOOKED = """
    SELECT p.reference, sum(moved.amount)::bigint FROM (
        SELECT account_id, reference AS payment_id, amount FROM ledger_transfers
            WHERE kind = 'PAYMENT'
        UNION ALL SELECT t.account_id, r.payment_id, -t.amount
            FROM ledger_transfers t JOIN refunds r
            ON r.account_id = t.account_id AND r.id = t.reference WHERE t.kind = 'REFUND_PAID'
        UNION ALL SELECT t.account_id, f.payment_id, -t.amount
            FROM ledger_transfers t JOIN late_failures f
            ON f.account_id = t.account_id AND f.id = t.reference WHERE t.kind = 'LATE_FAILURE'
        UNION ALL SELECT t.account_id, b.payment_id, t.amount
            FROM ledger_transfers t JOIN reinstatements b
            ON b.account_id = t.account_id AND b.id = t.reference WHERE t.kind <> 'SETTLEMENT'
    ) AS moved JOIN payments p ON p.account_id = moved.account_id AND p.id = moved.payment_id
    GROUP BY p.reference
"""
"""What the ledger says of it."""
AWAY = (DBAPIError, InterfaceError, OSError)
"""PostgreSQL may be what was struck."""

Look = Callable[[], Awaitable[list[str]]]
"""What is still missing, in words."""


async def until(look: Look, patience: float = PATIENCE) -> None:
    """Look until nothing is missing."""
    deadline = time.monotonic() + patience
    while missing := await _seen(look):
        if time.monotonic() > deadline:
            raise AssertionError(f"not settled after {patience:.0f} s: {missing[:10]}")
        await asyncio.sleep(0.05)  # between two looks


async def insist(work: Callable[[], Awaitable[None]]) -> None:
    """Do it as soon as PostgreSQL lets us: what may be done twice."""

    async def done() -> list[str]:
        await work()
        return []

    await until(done)


async def _seen(look: Look) -> list[str]:
    try:
        return await look()
    except AWAY as error:
        return [repr(error)]


async def left(stack: Stack) -> list[str]:
    """What the workers have still to do."""
    stack.supervisor.check()
    rows = [str(row[0]) for row in await query(stack.app, LEFT)]
    return rows or [
        f"low {each}" for each in await top_ups.low_accounts(stack.app.operators, limit=9)
    ]


async def provider_book(app: Perseat) -> dict[str, int]:
    """What the provider has taken and not given or taken back, by its reference."""
    return {
        each.reference: each.amount - each.taken_back - given_back(each)
        async for each in app.provider.charges(FIRST, LAST)
        if each.status is ChargeStatus.SUCCEEDED
    }


async def wrong(stack: Stack) -> list[str]:
    """Everything that is not as it must be, now that nothing is left to do."""
    broken = [
        f"{each.invariant.name}: {each.findings}"
        async for each in verify(stack.app.operators)
        if each.count
    ]
    book = await provider_book(stack.app)
    for name, sql in (("payments", TAKEN), ("ledger", BOOKED)):
        ours = {row[0]: row[1] for row in await query(stack.app, sql)}
        broken += [
            f"{name}: {each} is not what the provider has"
            for each, _ in book.items() ^ ours.items()
        ]
    return broken


async def totals(stack: Stack) -> tuple[int, int]:
    """What the provider has taken in all, and what the ledger says."""
    booked = sum(row[1] for row in await query(stack.app, BOOKED))
    return sum((await provider_book(stack.app)).values()), booked
