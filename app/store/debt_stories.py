"""What made debts of usage (M7, M8): ledger entries, events and refusals of many spans at once.

A span is an account from an instant on, until before another: of what is settled before a 1st,
with what came at that instant before the charge of the id `last`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

ENTRIES = 2_000
"""With more of them in a span they are read as sums of hours."""
LARGEST = 10


@dataclass(frozen=True, slots=True)
class Span:
    account_id: UUID
    since: datetime
    until: datetime
    last: UUID


_SPANS = """FROM unnest(CAST(:accounts AS uuid[]), CAST(:sinces AS timestamptz[]),
        CAST(:untils AS timestamptz[]), CAST(:lasts AS uuid[]))
        WITH ORDINALITY AS span (account_id, since, until, last, number)
    JOIN accounts a ON a.id = span.account_id"""


def _within(at: str, id_: str) -> str:
    return f"{at} >= span.since AND ({at} < span.until OR {at} = span.until AND {id_} < span.last)"


_MOVED = "CASE WHEN t.credit = 'CREDITS' THEN t.amount ELSE -t.amount END"
_MOVES = text(f"""
    SELECT span.number, moves.* {_SPANS} CROSS JOIN LATERAL (
        SELECT min(entry.effective_at) AS at, sum(entry.moved)::bigint AS moved,
            min(entry.id::text) AS first, entry.automatic
        FROM (
            SELECT t.id, t.effective_at, {_MOVED} AS moved, count(*) OVER () AS entries,
                coalesce(p.purpose = 'TOP_UP', false) AS automatic
            FROM ledger_transfers t LEFT JOIN payments p ON t.kind = 'TOP_UP'
                AND p.account_id = t.account_id AND p.id = t.reference
            WHERE t.account_id = span.account_id AND 'CREDITS' IN (t.debit, t.credit)
              AND t.kind NOT IN ('DEBT', 'DEBT_ROUNDING') AND {_within("t.effective_at", "t.id")}
        ) AS entry
        GROUP BY CASE WHEN entry.entries <= {ENTRIES} THEN entry.id::text
            ELSE date_trunc('hour', entry.effective_at)::text END, entry.automatic
    ) AS moves
    ORDER BY span.number, moves.at, moves.first
""")  # noqa: S608 - the fragments are ours

_CONTRIBUTORS = text(f"""
    SELECT span.number, made.* {_SPANS} CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT (e.posted_at AT TIME ZONE a.billing_timezone)::date AS day,
                'USAGE' AS entry_kind, e.kind AS usage_kind, count(*)::int AS events,
                sum(e.quantity)::bigint AS quantity, sum(e.amount)::bigint AS amount
            FROM usage_events e
            WHERE e.account_id = span.account_id AND NOT e.included AND NOT e.deferred
              AND {_within("e.posted_at", "e.id")}
            GROUP BY 1, 3
            UNION ALL
            SELECT (t.effective_at AT TIME ZONE a.billing_timezone)::date, t.kind, NULL,
                count(*)::int, 0, sum(-{_MOVED})::bigint
            FROM ledger_transfers t
            WHERE t.account_id = span.account_id AND 'CREDITS' IN (t.debit, t.credit)
              AND t.kind NOT IN ('USAGE', 'TOP_UP', 'DEBT', 'DEBT_ROUNDING')
              AND {_within("t.effective_at", "t.id")}
            GROUP BY 1, 2
        ) AS each WHERE amount > 0 ORDER BY amount DESC, day, usage_kind LIMIT {LARGEST}
    ) AS made
    ORDER BY span.number, made.amount DESC, made.day, made.usage_kind
""")  # noqa: S608 - the fragments are ours

_EVENTS = text(f"""
    SELECT span.number, made.* {_SPANS} CROSS JOIN LATERAL (
        SELECT e.id, e.event_id, e.kind, e.quantity, e.amount, e.happened_at, e.posted_at
        FROM usage_events e
        WHERE e.account_id = span.account_id AND e.amount > 0 AND {_within("e.posted_at", "e.id")}
        ORDER BY e.amount DESC, e.id LIMIT {LARGEST}
    ) AS made
    ORDER BY span.number, made.amount DESC, made.id
""")  # noqa: S608 - the fragments are ours

_REFUSALS = text(f"""
    SELECT span.number, r.outcome AS reason, count(*)::int AS times, min(r.at) AS first,
        max(r.last_at) AS last
    {_SPANS} JOIN top_up_decisions r ON r.account_id = span.account_id
        AND r.outcome NOT IN ('CHARGED', 'NOT_NEEDED', 'OFF') AND {_within("r.at", "r.id")}
    GROUP BY span.number, r.outcome ORDER BY span.number, first, r.outcome
""")

Found = Mapping[int, list[Any]]


async def _read(session: AsyncSession, query: TextClause, spans: Sequence[Span]) -> Found:
    """By the position of the span."""
    connection = await session.connection()
    values = {
        "accounts": [each.account_id for each in spans],
        "sinces": [each.since for each in spans],
        "untils": [each.until for each in spans],
        "lasts": [each.last for each in spans],
    }
    found: dict[int, list[Any]] = defaultdict(list)
    for row in await connection.execute(query, values):
        found[row.number - 1].append(row)
    return found


async def moves(session: AsyncSession, spans: Sequence[Span]) -> Found:
    """What moved the credits, oldest first, without settlements."""
    return await _read(session, _MOVES, spans)


async def contributors(session: AsyncSession, spans: Sequence[Span]) -> Found:
    """What was debited by day and kind, the largest first."""
    return await _read(session, _CONTRIBUTORS, spans)


async def events(session: AsyncSession, spans: Sequence[Span]) -> Found:
    """The dearest events."""
    return await _read(session, _EVENTS, spans)


async def refusals(session: AsyncSession, spans: Sequence[Span]) -> Found:
    """M6: by reason, in the order of their first instant."""
    return await _read(session, _REFUSALS, spans)


_PRESENT = text("""
    SELECT a.id AS account_id, a.billing_timezone, a.post_paid_usage, a.next_bill_at, wanted.now,
        month.since, c.balance, c.threshold, c.amount, c.daily_cap, c.monthly_cap
    FROM unnest(CAST(:ids AS uuid[]), CAST(:nows AS timestamptz[])) AS wanted (account_id, now)
    JOIN accounts a ON a.id = wanted.account_id
    JOIN credits c ON c.account_id = a.id AND c.balance < 0
    CROSS JOIN LATERAL (
        SELECT greatest(max(t.effective_at), date_trunc('month',
            wanted.now AT TIME ZONE a.billing_timezone) AT TIME ZONE a.billing_timezone) AS since
        FROM ledger_transfers t WHERE t.account_id = a.id
          AND t.kind IN ('DEBT', 'DEBT_ROUNDING') AND 'CREDITS' IN (t.debit, t.credit)
    ) AS month
""")


async def present(session: AsyncSession, moments: Sequence[tuple[UUID, datetime]]) -> list[Any]:
    """Accounts that owe for usage now, each at its own time."""
    connection = await session.connection()
    ids, nows = (list(column) for column in zip(*moments, strict=True))
    return list(await connection.execute(_PRESENT, {"ids": ids, "nows": nows}))


_SETTLED = text("""
    SELECT c.account_id, c.id, c.rule, c.posted_at, i.id AS invoice_id, i.number, i.issued_on,
        i.created_at IS NOT DISTINCT FROM c.posted_at AS of_a_bill, a.billing_timezone,
        a.next_bill_at, r.threshold, r.amount, r.daily_cap, r.monthly_cap
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS wanted (account_id, id)
    JOIN charges c ON c.account_id = wanted.account_id AND c.id = wanted.id
    JOIN accounts a ON a.id = c.account_id JOIN credits r ON r.account_id = c.account_id
    LEFT JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
    WHERE c.rule IN ('M7', 'M8')
""")


async def settled(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> list[Any]:
    """The charges for usage among these, with their invoices and the account's top-up rule."""
    connection = await session.connection()
    accounts, ids = (list(column) for column in zip(*keys, strict=True))
    return list(await connection.execute(_SETTLED, {"accounts": accounts, "ids": ids}))
