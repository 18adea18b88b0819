"""Entries of credits with the balance after each, and what they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, column, table, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch

ENTRIES = table("entries", column("id", Uuid), column("before", BigInteger))
"""What the place of an entry is made of: with the balance before it the next page needs none of
the entries that came later, so that the last page costs as much as the first."""
LAST = UUID(int=2**128 - 1)

_PAGE = text("""
    SELECT account_id, id, kind, reference, effective_at, moved, after,
        (after - moved)::bigint AS before
    FROM (
        SELECT e.*, (coalesce(CAST(:anchor AS bigint), c.balance) - coalesce(sum(e.moved) OVER (
            PARTITION BY e.account_id ORDER BY e.id DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint AS after
        FROM unnest(CAST(:ids AS uuid[])) AS wanted (account_id)
        JOIN credits c ON c.account_id = wanted.account_id
        CROSS JOIN LATERAL (
            SELECT t.account_id, t.id, t.kind, t.reference, t.effective_at,
                CASE WHEN t.credit = 'CREDITS' THEN t.amount ELSE -t.amount END AS moved
            FROM ledger_transfers t
            WHERE t.account_id = wanted.account_id AND t.id < :last
              AND (t.debit = 'CREDITS' OR t.credit = 'CREDITS')
            ORDER BY t.id DESC LIMIT :count
        ) AS e
    ) AS page ORDER BY account_id, id DESC
""")


async def page(
    session: AsyncSession,
    account_ids: Sequence[UUID],
    count: int,
    after: tuple[UUID, int] | None = None,
) -> dict[UUID, list[Any]]:
    """Newest first, in the order of posting, which the lock of the account makes the order of ids.

    `after`: the last entry of the page before, and the balance before it.
    """
    last, anchor = after or (LAST, None)
    values = {"ids": list(account_ids), "count": count, "last": last, "anchor": anchor}
    found: dict[UUID, list[Any]] = {each: [] for each in account_ids}
    for row in await fetch(session, _PAGE, values):
        found[row.account_id].append(row)
    return found


Debit: TypeAlias = tuple[UUID, datetime, UUID]
"""An account, when a batch was posted, and its id."""

_BATCHES = text("""
    SELECT e.account_id, e.posted_at, e.batch_id, e.kind, count(*), sum(e.quantity)::bigint,
        sum(e.amount)::bigint
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:instants AS timestamptz[]),
        CAST(:batches AS uuid[])) AS wanted (account_id, at, batch_id)
    JOIN usage_events e ON e.account_id = wanted.account_id AND e.posted_at = wanted.at
        AND e.batch_id = wanted.batch_id
    WHERE e.amount <> 0 AND NOT e.deferred
    GROUP BY 1, 2, 3, 4 ORDER BY 4
""")


async def batches(session: AsyncSession, debits: Sequence[Debit]) -> dict[Debit, list[Any]]:
    """By kind of usage, what was debited: events, quantity, amount. By the index on `posted_at`."""
    accounts, instants, ids = (list(each) for each in zip(*debits, strict=True))
    values = {"accounts": accounts, "instants": instants, "batches": ids}
    found: dict[Debit, list[Any]] = {debit: [] for debit in debits}
    for row in await fetch(session, _BATCHES, values):
        found[row[0], row[1], row[2]].append(tuple(row[3:]))
    return found
