"""What made debts of usage (M7, M8): ledger entries, events and refusals of many spans at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.usage_spans import UsageSpan
from app.store.usage_spans import SPANS, Found, read, within

ENTRIES = 2_000
"""With more of them in a span they are read as sums of hours."""
LARGEST = 10
"""Days and events of which a story tells; the dearest."""


_MOVED = "CASE WHEN t.credit = 'CREDITS' THEN t.amount ELSE -t.amount END"
_MOVES = text(f"""
    SELECT span.number, moves.* {SPANS} CROSS JOIN LATERAL (
        SELECT min(entry.effective_at) AS at, sum(entry.moved)::bigint AS moved,
            min(entry.id::text) AS first, entry.automatic
        FROM (
            SELECT t.id, t.effective_at, {_MOVED} AS moved, count(*) OVER () AS entries,
                coalesce(p.purpose = 'TOP_UP', false) AS automatic
            FROM ledger_transfers t LEFT JOIN payments p ON t.kind = 'TOP_UP'
                AND p.account_id = t.account_id AND p.id = t.reference
            WHERE t.account_id = span.account_id AND 'CREDITS' IN (t.debit, t.credit)
              AND t.kind NOT IN ('DEBT', 'DEBT_ROUNDING') AND {within("t.effective_at", "t.id")}
        ) AS entry
        GROUP BY CASE WHEN entry.entries <= {ENTRIES} THEN entry.id::text
            ELSE date_trunc('hour', entry.effective_at)::text END, entry.automatic
    ) AS moves
    ORDER BY span.number, moves.at, moves.first
""")  # noqa: S608 - the fragments are ours

_DEBITED = text(f"""
    SELECT span.number, (t.effective_at AT TIME ZONE a.billing_timezone)::date AS day, t.kind,
        count(*)::int AS events, sum(-{_MOVED})::bigint AS amount
    {SPANS} JOIN accounts a ON a.id = span.account_id
    JOIN ledger_transfers t ON t.account_id = span.account_id AND 'CREDITS' IN (t.debit, t.credit)
        AND t.kind IN ('INTERNATIONAL_USAGE', 'CARRIER_FEES', 'LATE_FAILURE',
            'TAKEN_FROM_CREDITS', 'REFUND_PAID')
        AND {within("t.effective_at", "t.id")}
    GROUP BY span.number, day, t.kind
""")

_EVENTS = text(f"""
    SELECT span.number, made.* {SPANS} CROSS JOIN LATERAL (
        SELECT e.id, e.event_id, e.kind, e.quantity, e.amount, e.happened_at, e.posted_at
        FROM usage_events e
        WHERE e.account_id = span.account_id AND e.amount > 0
          AND e.posted_at >= span.dawn AND e.posted_at <= span.until
          AND CASE WHEN e.deferred THEN e.posted_at < span.tail
            ELSE {within("e.posted_at", "e.id")} END
        ORDER BY e.amount DESC, e.id LIMIT {LARGEST}
    ) AS made
    ORDER BY span.number, made.amount DESC, made.id
""")  # noqa: S608 - the fragments are ours

_REFUSALS = text(f"""
    SELECT span.number, r.outcome AS reason, count(*)::int AS times, min(r.at) AS first,
        max(r.last_at) AS last
    {SPANS} JOIN top_up_decisions r ON r.account_id = span.account_id
        AND r.outcome NOT IN ('CHARGED', 'NOT_NEEDED', 'OFF') AND {within("r.at", "r.id")}
    GROUP BY span.number, r.outcome ORDER BY span.number, first, r.outcome
""")


async def moves(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """What moved the credits, oldest first, without settlements."""
    return await read(session, _MOVES, spans)


async def debited(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """By day and kind of entry: what was debited for whole days (M2), and what went back of
    payments that credits had come from (M5, I6)."""
    return await read(session, _DEBITED, spans)


async def events(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """The dearest events, those that are debited when their day ends by that instant (M2)."""
    return await read(session, _EVENTS, spans)


async def refusals(session: AsyncSession, spans: Sequence[UsageSpan]) -> Found:
    """M6: by reason, in the order of their first instant."""
    return await read(session, _REFUSALS, spans)


_CAN_PAY = """a.status = 'CLOSED' AS closed, EXISTS (SELECT FROM payment_methods m
            WHERE m.account_id = a.id AND m.is_default) AS has_method"""
_PRESENT = text(f"""
    SELECT a.id AS account_id, a.billing_timezone, a.post_paid_usage, a.next_bill_at, wanted.now,
        month.since, month.turn, c.balance, c.threshold, c.amount, c.daily_cap, c.monthly_cap,
        {_CAN_PAY}
    FROM unnest(CAST(:ids AS uuid[]), CAST(:nows AS timestamptz[])) AS wanted (account_id, now)
    JOIN accounts a ON a.id = wanted.account_id
    JOIN credits c ON c.account_id = a.id AND c.balance < 0
    CROSS JOIN LATERAL (
        SELECT date_trunc('month', wanted.now AT TIME ZONE a.billing_timezone)
            AT TIME ZONE a.billing_timezone AS began
    ) AS calendar CROSS JOIN LATERAL (
        SELECT greatest(calendar.began, settled.at) AS since,
            CASE WHEN settled.at >= calendar.began THEN settled.turn END AS turn
        FROM (VALUES (1)) AS one LEFT JOIN (
            SELECT t.effective_at AS at, h.id AS turn FROM ledger_transfers t
            LEFT JOIN post_paid_changes h ON h.account_id = t.account_id AND h.id = t.reference
            WHERE t.account_id = a.id
              AND t.kind IN ('DEBT', 'DEBT_ROUNDING') AND 'CREDITS' IN (t.debit, t.credit)
            ORDER BY t.effective_at DESC, t.id DESC LIMIT 1
        ) AS settled ON true
    ) AS month
""")  # noqa: S608 - the fragment is ours


async def present(session: AsyncSession, moments: Sequence[tuple[UUID, datetime]]) -> list[Any]:
    """Accounts that owe for usage now, each at its own time."""
    ids, nows = (list(column) for column in zip(*moments, strict=True))
    return list(await fetch(session, _PRESENT, {"ids": ids, "nows": nows}))


_SETTLED = text(f"""
    SELECT c.account_id, c.id, c.rule, c.posted_at, i.id AS invoice_id, i.number, i.issued_on,
        i.created_at IS NOT DISTINCT FROM c.posted_at AS of_a_bill, a.billing_timezone,
        a.next_bill_at, r.threshold, r.amount, r.daily_cap, r.monthly_cap, {_CAN_PAY}
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS wanted (account_id, id)
    JOIN charges c ON c.account_id = wanted.account_id AND c.id = wanted.id
    JOIN accounts a ON a.id = c.account_id JOIN credits r ON r.account_id = c.account_id
    LEFT JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
    WHERE c.rule IN ('M7', 'M8')
""")  # noqa: S608 - the fragment is ours


async def settled(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> list[Any]:
    """The charges for usage among these, with their invoices and the account's top-up rule."""
    accounts, ids = (list(column) for column in zip(*keys, strict=True))
    return list(await fetch(session, _SETTLED, {"accounts": accounts, "ids": ids}))
