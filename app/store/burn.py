"""What was spent lately, by the ledger, for many accounts in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.burn import DAY, WEEK, Spent
from app.store.licenses import Moment

Span: TypeAlias = tuple[UUID, datetime, datetime]
"""An account, and instants: from the first on, before the second."""

_USAGE = "'CREDITS' IN (t.debit, t.credit) AND 'USAGE_REVENUE' IN (t.debit, t.credit)"
_SPENT = text(f"""
    SELECT wanted.account_id, wanted.at,
        coalesce(sum(t.spent) FILTER (WHERE t.effective_at > wanted.day), 0)::bigint,
        coalesce(sum(t.spent), 0)::bigint,
        CASE WHEN EXISTS (SELECT FROM ledger_transfers t WHERE {_USAGE}
                AND t.account_id = wanted.account_id AND t.effective_at <= wanted.week)
            THEN wanted.week ELSE min(t.effective_at) END,
        count(*)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[]),
        CAST(:days AS timestamptz[]), CAST(:weeks AS timestamptz[]))
        AS wanted (account_id, at, day, week)
    CROSS JOIN LATERAL (
        SELECT t.effective_at,
            CASE WHEN t.debit = 'CREDITS' THEN t.amount ELSE -t.amount END AS spent
        FROM ledger_transfers t WHERE t.account_id = wanted.account_id AND {_USAGE}
          AND t.effective_at > wanted.week AND t.effective_at <= wanted.at
    ) AS t
    GROUP BY wanted.account_id, wanted.at, wanted.day, wanted.week
""")  # noqa: S608 - the fragment is ours


async def spent(session: AsyncSession, moments: Sequence[Moment]) -> dict[Moment, Spent]:
    """Of a week before each instant; accounts without any are left out."""
    ids, instants = (list(column) for column in zip(*moments, strict=True))
    values = {"ids": ids, "instants": instants}
    values |= {"days": [at - DAY for at in instants], "weeks": [at - WEEK for at in instants]}
    rows = await fetch(session, _SPENT, values)
    return {(row[0], row[1]): Spent(row[2], row[3], row[4], row[5]) for row in rows}


_TOTALS = text(f"""
    SELECT wanted.account_id, wanted.since, wanted.until, t.kind, count(*),
        sum(CASE WHEN t.debit = 'CREDITS' THEN t.amount ELSE -t.amount END)::bigint
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sinces AS timestamptz[]),
        CAST(:untils AS timestamptz[])) AS wanted (account_id, since, until)
    JOIN ledger_transfers t ON t.account_id = wanted.account_id AND {_USAGE}
        AND t.effective_at >= wanted.since AND t.effective_at < wanted.until
    GROUP BY 1, 2, 3, 4 ORDER BY 4
""")  # noqa: S608 - the fragment is ours


async def totals(
    session: AsyncSession, spans: Sequence[Span]
) -> dict[Span, list[tuple[str, int, int]]]:
    """What usage has taken from the credits: kind of entry, number and amount."""
    ids, sinces, untils = (list(column) for column in zip(*spans, strict=True))
    values = {"ids": ids, "sinces": sinces, "untils": untils}
    found: dict[Span, list[tuple[str, int, int]]] = {span: [] for span in spans}
    for row in await fetch(session, _TOTALS, values):
        found[row[0], row[1], row[2]].append((row[3], row[4], row[5]))
    return found
