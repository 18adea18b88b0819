"""What usage has left unpaid: who owes it after the end, and what made it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_RESTING = text("""
    SELECT a.id, a.billing_timezone, coalesce(a.test_clock, :now) AS now
    FROM accounts a JOIN credits c ON c.account_id = a.id
    WHERE a.id = ANY(:ids) AND a.status = 'CLOSED' AND a.next_bill_at IS NULL
      AND (c.balance < 0 OR EXISTS (SELECT FROM charges
        WHERE account_id = a.id AND invoice_id IS NULL))
""")
_WAKE = text("""
    UPDATE accounts SET next_bill_at = woken.next_bill_at, version = version + 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:nexts AS timestamptz[])) AS woken (id, next_bill_at)
    WHERE accounts.id = woken.id AND accounts.next_bill_at IS NULL
""")


async def resting(session: AsyncSession, account_ids: Sequence[UUID], now: datetime) -> list[Any]:
    """M7: closed accounts that owe something and wait for no cut-off, each at its own time."""
    connection = await session.connection()
    return list(await connection.execute(_RESTING, {"ids": list(account_ids), "now": now}))


async def wake(session: AsyncSession, nexts: Sequence[tuple[UUID, datetime]]) -> None:
    connection = await session.connection()
    ids, instants = (list(column) for column in zip(*nexts, strict=True))
    await connection.execute(_WAKE, {"ids": ids, "nexts": instants})
