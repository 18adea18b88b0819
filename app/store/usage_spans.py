"""What usage took in spans of many accounts: whole days by their sums, their ends by events.

Behind row security an index is read by plain values only, so days and instants come as values.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.usage_spans import UsageSpan

SPANS = """FROM unnest(CAST(:accounts AS uuid[]), CAST(:sinces AS timestamptz[]),
        CAST(:firsts AS uuid[]), CAST(:untils AS timestamptz[]), CAST(:lasts AS uuid[]),
        CAST(:dawns AS timestamptz[]), CAST(:heads AS timestamptz[]),
        CAST(:tails AS timestamptz[]),
        CAST(:first_days AS date[]), CAST(:end_days AS date[]),
        CAST(:day_befores AS date[]), CAST(:last_days AS date[])) WITH ORDINALITY
        AS span (account_id, since, first, until, last, dawn, head, tail, first_day, end_day,
            day_before, last_day, number)"""
_DEFERRED = "(d.line_type = 'INTERNATIONAL' AND d.kind <> 'LOOKUP')"


def within(at: str, id_: str) -> str:
    """An instant lies in the span; both ends are plain conditions for an index, too."""
    return f"""{at} >= span.since AND ({at} > span.since OR {id_} > span.first)
        AND {at} <= span.until AND ({at} < span.until OR {id_} < span.last)"""


_USED = text(f"""
    SELECT span.number, used.* {SPANS} CROSS JOIN LATERAL (
        SELECT day, kind, deferred, sum(events)::int AS events, sum(quantity)::bigint AS quantity,
            sum(amount)::bigint AS amount
        FROM (
            SELECT d.posted_on AS day, d.kind, {_DEFERRED} AS deferred, d.events, d.quantity,
                d.amount
            FROM usage_days d
            WHERE d.account_id = span.account_id AND NOT d.included
              AND d.posted_on >= span.first_day AND d.posted_on < span.end_day
            UNION ALL
            SELECT span.day_before + 1, e.kind, e.deferred, 1, e.quantity, e.amount
            FROM usage_events e
            WHERE e.account_id = span.account_id AND NOT e.included
              AND e.posted_at >= span.dawn AND e.posted_at < span.head
              AND (e.deferred OR e.posted_at > span.since
                OR e.posted_at = span.since AND e.id > span.first)
            UNION ALL
            SELECT span.last_day, e.kind, false, 1, e.quantity, e.amount
            FROM usage_events e
            WHERE e.account_id = span.account_id AND NOT e.included AND NOT e.deferred
              AND e.posted_at >= span.tail AND {within("e.posted_at", "e.id")}
        ) AS each
        GROUP BY day, kind, deferred
    ) AS used
""")  # the fragments are ours


def _edge(order: str) -> str:
    return f"""(SELECT e.posted_at FROM usage_events e
            WHERE e.account_id = span.account_id AND NOT e.included AND e.kind = cell.kind
              AND e.direction = cell.direction AND e.line_type = cell.line_type
              AND e.initiator = cell.initiator
              AND e.posted_at >= cell.since AND e.posted_at <= cell.until
            ORDER BY e.posted_at {order}, e.id {order} LIMIT 1)"""


_EDGES = text(f"""
    SELECT span.number, cell.kind, min({_edge("ASC")}) AS first, max({_edge("DESC")}) AS last
    {SPANS} CROSS JOIN LATERAL (
        SELECT DISTINCT d.kind, d.direction, d.line_type, d.initiator,
            CASE WHEN {_DEFERRED} THEN span.dawn ELSE span.since END AS since,
            CASE WHEN {_DEFERRED} THEN span.tail ELSE span.until END AS until
        FROM usage_days d
        WHERE d.account_id = span.account_id AND NOT d.included
          AND d.posted_on > span.day_before AND d.posted_on <= span.last_day
    ) AS cell
    GROUP BY span.number, cell.kind
""")

_FEES = text(f"""
    SELECT span.number, fees.* {SPANS} CROSS JOIN LATERAL (
        SELECT sum(d.events)::int AS events, sum(d.amount)::bigint AS amount,
            min(d.effective_at) AS first, max(d.effective_at) AS last
        FROM usage_deferrals d
        WHERE d.account_id = span.account_id AND d.kind = 'CARRIER_FEE'
          AND d.day >= span.day_before AND d.day <= span.last_day
          AND d.effective_at >= span.since AND d.effective_at < span.until
        HAVING count(*) > 0
    ) AS fees
""")

Found = Mapping[int, list[Any]]
_DAY = timedelta(days=1)


async def read(session: AsyncSession, query: TextClause, spans: Sequence[UsageSpan]) -> Found:
    """A query of SPANS: its rows in its order, by the position of the span."""
    found: dict[int, list[Any]] = defaultdict(list)
    if spans:
        connection = await session.connection()
        for row in await connection.execute(query, _values(spans)):
            found[row.number - 1].append(row)
    return found


def _values(spans: Sequence[UsageSpan]) -> dict[str, list[Any]]:
    return {
        "accounts": [each.account_id for each in spans],
        "sinces": [each.since for each in spans],
        "firsts": [each.first for each in spans],
        "untils": [each.until for each in spans],
        "lasts": [each.last for each in spans],
        "dawns": [each.head[0] for each in spans],
        "heads": [each.head[1] for each in spans],
        "tails": [each.tail for each in spans],
        "first_days": [each.whole[0] for each in spans],
        "end_days": [each.whole[1] for each in spans],
        "day_befores": [each.days[0] - _DAY for each in spans],
        "last_days": [each.days[1] for each in spans],
    }


async def used(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """Metered usage by local day and kind, what is debited when its day ends apart."""
    return await read(session, _USED, spans)


async def edges(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """When the first and the last of each kind were posted: two look-ups for each of its cells."""
    return await read(session, _EDGES, spans)


async def fees(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """M2: the carriers' fees that became effective in the span; none where there were none."""
    return await read(session, _FEES, spans)
