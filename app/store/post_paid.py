"""How much is used a month: what paying afterwards is measured by (M8)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch

_DEAREST = text("""
    SELECT wanted.account_id, wanted.now, coalesce(max(month.total), 0)::bigint
    FROM unnest(CAST(:ids AS uuid[]), CAST(:nows AS timestamptz[])) AS wanted (account_id, now)
    JOIN accounts a ON a.id = wanted.account_id
    LEFT JOIN LATERAL (
        SELECT sum(CASE WHEN t.debit = 'CREDITS' THEN t.amount ELSE -t.amount END) AS total
        FROM ledger_transfers t
        WHERE t.account_id = a.id AND 'USAGE_REVENUE' IN (t.debit, t.credit)
          AND 'CREDITS' IN (t.debit, t.credit) AND t.effective_at >= (
            date_trunc('month', wanted.now AT TIME ZONE a.billing_timezone) - interval '3 months')
            AT TIME ZONE a.billing_timezone
        GROUP BY date_trunc('month', t.effective_at AT TIME ZONE a.billing_timezone)
    ) AS month ON true
    GROUP BY wanted.account_id, wanted.now
""")


async def dearest_months(
    session: AsyncSession, moments: Sequence[tuple[UUID, datetime]]
) -> dict[tuple[UUID, datetime], int]:
    """Of the current month and the three before it the one with the most usage, in micros."""
    ids, nows = (list(column) for column in zip(*moments, strict=True))
    rows = await fetch(session, _DEAREST, {"ids": ids, "nows": nows})
    return {(row[0], row[1]): row[2] for row in rows}
