"""Counts and sums for many accounts at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch

_STATUSES = text("""
    SELECT account_id, status, count(*) FROM users
    WHERE account_id = ANY(:ids) GROUP BY account_id, status
""")


async def users_by_status(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> dict[UUID, dict[str, int]]:
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    for account_id, status, number in await fetch(session, _STATUSES, {"ids": account_ids}):
        counts[account_id][status] = number
    return counts


_HELD = text("""
    SELECT c.account_id, wanted.day, max(upper(c.slots)) - 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS wanted (account_id, day)
    JOIN charges c ON c.account_id = wanted.account_id AND c.period @> wanted.day AND NOT c.replaced
    WHERE c.component = 'LICENSE' GROUP BY c.account_id, wanted.day
""")


async def licenses_held(
    session: AsyncSession, days: Sequence[tuple[UUID, date]]
) -> dict[tuple[UUID, date], int]:
    """L1: licences paid for on the given days of accounts."""
    values = {"ids": [each for each, _ in days], "days": [day for _, day in days]}
    return {(row[0], row[1]): row[2] for row in await fetch(session, _HELD, values)}


_SUBSCRIPTIONS = text("""
    SELECT s.*, p.name AS plan_name, p.billing_policy, p.currency,
        following.name AS next_plan_name,
        coalesce(present.minimum, 0) AS minimum,
        coming.minimums AS coming_minimums
    FROM subscriptions s JOIN plans p ON p.id = s.plan_id
    LEFT JOIN plans following ON following.id = s.next_plan_id
    LEFT JOIN LATERAL (
        SELECT minimum FROM minimum_licenses m WHERE m.account_id = s.account_id
            AND m.effective_on <= coalesce(lower(s.current), 'infinity')
        ORDER BY m.effective_on DESC, m.id DESC LIMIT 1
    ) AS present ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(m) ORDER BY m.effective_on) AS minimums FROM (
            SELECT DISTINCT ON (effective_on) minimum, effective_on, contract
            FROM minimum_licenses m
            WHERE m.account_id = s.account_id AND m.effective_on > lower(s.current)
            ORDER BY effective_on, id DESC
        ) AS m
    ) AS coming ON true
    WHERE s.account_id = ANY(:ids)
""")


async def subscriptions(session: AsyncSession, account_ids: Sequence[UUID]) -> dict[UUID, Any]:
    found = await fetch(session, _SUBSCRIPTIONS, {"ids": account_ids})
    return {row.account_id: row for row in found}


_DAY = timedelta(days=1)
_MONTH = text("""
    SELECT wanted.account_id, rent.total AS rent, usage.total AS usage, usage.included, usage.events
    FROM unnest(CAST(:ids AS uuid[]), CAST(:firsts AS date[]), CAST(:nexts AS date[]),
        CAST(:befores AS date[]), CAST(:lasts AS date[]))
        AS wanted (account_id, first, next, before, last)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0)::bigint AS total FROM charges c
        LEFT JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
        WHERE c.account_id = wanted.account_id AND lower(c.period) >= wanted.first
          AND lower(c.period) < wanted.next AND i.status IS DISTINCT FROM 'VOID'
    ) AS rent
    CROSS JOIN LATERAL (
        SELECT (coalesce(sum(amount) FILTER (WHERE d.posted_on >= wanted.first), 0)
              + coalesce(sum(fee) FILTER (WHERE d.posted_on < wanted.last), 0))::bigint
                AS total,
            coalesce(sum(events) FILTER (WHERE d.posted_on >= wanted.first), 0)::bigint AS events,
            coalesce(sum(events) FILTER (WHERE d.posted_on >= wanted.first AND d.included), 0)
                ::bigint AS included
        FROM usage_days d WHERE d.account_id = wanted.account_id
          AND d.posted_on BETWEEN wanted.before AND wanted.last
    ) AS usage
""")


async def months(
    session: AsyncSession, wanted: Sequence[tuple[UUID, date, date]]
) -> dict[UUID, Any]:
    """Per (account, first day, next first day): rent, and usage with the carriers' fees that were
    posted in the month, those of the day before it among them (M2)."""
    ids, firsts, nexts = (list(each) for each in zip(*wanted, strict=True))
    values = {
        "ids": ids,
        "firsts": firsts,
        "nexts": nexts,
        "befores": [each - _DAY for each in firsts],
        "lasts": [each - _DAY for each in nexts],
    }
    return {row.account_id: row for row in await fetch(session, _MONTH, values)}
