"""Licence counts of past instants, from the append-only history of states, for many accounts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.licenses import Occupancy
from app.domain.plans import POLICIES, BillingPolicy

Moment: TypeAlias = tuple[UUID, datetime]
Moments: TypeAlias = Sequence[Moment]

_CHANGES = """
    JOIN subscriptions s ON s.account_id = wanted.account_id
    JOIN plans p ON p.id = s.plan_id
    JOIN (VALUES
        ('LICENSE', CAST(:license AS text[])), ('ACTIVE_USERS', CAST(:active_users AS text[]))
    ) AS policy (name, billable) ON policy.name = p.billing_policy
    CROSS JOIN LATERAL (
        SELECT u.*, (u.to_status = ANY(policy.billable))::int
            - coalesce(u.from_status = ANY(policy.billable), false)::int AS more
        FROM user_states u WHERE u.account_id = wanted.account_id AND u.at <= wanted.until
    ) AS u
"""
_WANTED = """
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[]))
        AS wanted (account_id, until)
"""


async def _read(session: AsyncSession, query: TextClause, moments: Moments, **more: Any) -> Any:
    ids, instants = zip(*moments, strict=True)
    values = {"ids": list(ids), "instants": list(instants), **more}
    return await fetch(session, query, values)


def _billable() -> dict[str, list[str]]:
    return {policy.value.lower(): sorted(POLICIES[policy].billable) for policy in BillingPolicy}


_OCCUPANCY = text(f"""
    SELECT account_id, until, day, max(occupied)::int,
        (array_agg(occupied ORDER BY at DESC, id DESC))[1]::int
    FROM (
        SELECT u.account_id, wanted.until, u.at, u.id,
            (u.at AT TIME ZONE a.billing_timezone)::date AS day,
            sum(u.more) OVER (
                PARTITION BY u.account_id, wanted.until ORDER BY u.at, u.id
            ) AS occupied
        {_WANTED}
        JOIN accounts a ON a.id = wanted.account_id
        {_CHANGES}
        WHERE u.more <> 0
    ) AS running
    GROUP BY account_id, until, day
""")  # noqa: S608 - the fragments are ours


async def occupancy(session: AsyncSession, moments: Moments) -> dict[Moment, dict[date, Occupancy]]:
    """Billable users on each day up to the instant on which their number changed (L1)."""
    found: dict[Moment, dict[date, Occupancy]] = defaultdict(dict)
    rows = await _read(session, _OCCUPANCY, moments, **_billable())
    for account_id, until, day, most, last in rows:
        found[account_id, until][day] = Occupancy(most, last)
    return found


_STATUSES = text(f"""
    SELECT account_id, until, to_status, count(*) FROM (
        SELECT DISTINCT ON (u.account_id, wanted.until, u.user_id)
            u.account_id, wanted.until, u.to_status
        {_WANTED}
        JOIN user_states u ON u.account_id = wanted.account_id AND u.at <= wanted.until
        ORDER BY u.account_id, wanted.until, u.user_id, u.version DESC
    ) AS people
    GROUP BY account_id, until, to_status
""")  # noqa: S608 - the fragments are ours


async def statuses_at(session: AsyncSession, moments: Moments) -> dict[Moment, dict[str, int]]:
    """U1: how many users were in each state at an instant."""
    found: dict[Moment, dict[str, int]] = defaultdict(dict)
    for account_id, instant, status, number in await _read(session, _STATUSES, moments):
        found[account_id, instant][status] = number
    return found


_CANDIDATES = text(f"""
    SELECT * FROM (
        SELECT u.account_id, wanted.until, u.user_id, max(u.at) FILTER (WHERE u.more > 0) AS since,
            row_number() OVER (
                PARTITION BY u.account_id, wanted.until
                ORDER BY max(u.at) FILTER (WHERE u.more > 0) DESC
            ) AS place, count(*) OVER (PARTITION BY u.account_id, wanted.until) AS occupied,
            max(held.number) AS held
        {_WANTED}
        JOIN accounts a ON a.id = wanted.account_id
        {_CHANGES}
        CROSS JOIN LATERAL (
            SELECT coalesce(max(upper(c.slots)) - 1, 0) AS number FROM charges c
            WHERE c.account_id = wanted.account_id AND c.component = 'LICENSE'
              AND NOT c.replaced
              AND c.period @> ((least(wanted.until, a.next_bill_at - interval '1 second')
                  AT TIME ZONE a.billing_timezone)::date)
        ) AS held
        GROUP BY u.account_id, wanted.until, u.user_id
        HAVING sum(u.more) > 0
    ) AS people
    WHERE place <= occupied - held
    ORDER BY account_id, place
""")  # noqa: S608 - the fragments are ours


async def beyond_held(session: AsyncSession, moments: Moments) -> dict[Moment, list[Any]]:
    """L4: the users beyond the held licences, newest first, and when each became billable."""
    found: dict[Moment, list[Any]] = defaultdict(list)
    for row in await _read(session, _CANDIDATES, moments, **_billable()):
        found[row.account_id, row.until].append(row)
    return found


_DAYS = "unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS wanted (account_id, day)"
_MINIMUMS = text(f"""
    SELECT DISTINCT ON (wanted.account_id, wanted.day) wanted.account_id, wanted.day, m.minimum
    FROM {_DAYS}
    JOIN minimum_licenses m ON m.account_id = wanted.account_id AND m.effective_on <= wanted.day
    ORDER BY wanted.account_id, wanted.day, m.effective_on DESC, m.id DESC
""")  # noqa: S608 - the fragment is ours


async def minimums_on(
    session: AsyncSession, days: Sequence[tuple[UUID, date]]
) -> dict[tuple[UUID, date], int]:
    """L1: the floor in force on a day; it changes at renewals only."""
    values = {"ids": [each for each, _ in days], "days": [day for _, day in days]}
    rows = await fetch(session, _MINIMUMS, values)
    return {(account_id, day): minimum for account_id, day, minimum in rows}


_PAID = text("""
    SELECT wanted.first, wanted.next, c.*
    FROM unnest(CAST(:ids AS uuid[]), CAST(:firsts AS date[]), CAST(:nexts AS date[]))
        AS wanted (account_id, first, next)
    JOIN charges c ON c.account_id = wanted.account_id AND c.component = 'LICENSE'
        AND NOT c.replaced AND c.period && daterange(wanted.first, wanted.next)
""")


async def paid(
    session: AsyncSession, periods: Sequence[tuple[UUID, date, date]]
) -> dict[tuple[UUID, date, date], list[Any]]:
    """I7: the charges for licences that pay for some day of a period."""
    names = ("ids", "firsts", "nexts")
    values = dict(zip(names, (list(each) for each in zip(*periods, strict=True)), strict=True))
    found: dict[tuple[UUID, date, date], list[Any]] = defaultdict(list)
    for row in await fetch(session, _PAID, values):
        found[row.account_id, row.first, row.next].append(row)
    return found
