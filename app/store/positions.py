"""What the invoicing function needs to know of many accounts at their cut-offs: a read each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.plans import POLICIES, BillingPolicy, Component

CutOffs: TypeAlias = Sequence[tuple[UUID, datetime, date]]
"""Account, instant of its cut-off, and that instant's local date."""

_DUE = "unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[]), CAST(:days AS date[]))"


async def _read(session: AsyncSession, query: TextClause, cut_offs: CutOffs, **more: Any) -> Any:
    connection = await session.connection()
    ids, instants, days = zip(*cut_offs, strict=True)
    values = {"ids": list(ids), "instants": list(instants), "days": list(days), **more}
    return (await connection.execute(query, values)).all()


STATES = {policy.value.lower(): sorted(POLICIES[policy].billable) for policy in BillingPolicy}
"""What BILLABLE is given besides."""

SUBSCRIPTIONS = text(f"""
    SELECT s.account_id, s.plan_id, p.name, p.billing_policy, s.term, s.priced_on, s.upgrades,
        s.next_plan_id, following.name AS next_name, s.next_term, s.ends_on IS NOT NULL AS ends,
        coalesce(contract.minimum, 0) AS minimum, lower(s.current) AS start, upper(s.current) AS end
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN subscriptions s ON s.account_id = due.account_id
    JOIN plans p ON p.id = s.plan_id
    LEFT JOIN plans following ON following.id = s.next_plan_id
    LEFT JOIN LATERAL (
        SELECT minimum FROM minimum_licenses m
        WHERE m.account_id = due.account_id AND m.effective_on <= due.day
        ORDER BY m.effective_on DESC, m.id DESC LIMIT 1
    ) AS contract ON true
""")  # noqa: S608 - the fragment is ours


async def subscriptions(session: AsyncSession, cut_offs: CutOffs) -> dict[UUID, Any]:
    """Plan, term, paid days (none: a trial) and what follows; L1: the minimum of a term that would
    begin at the cut-off."""
    return {row[0]: row for row in await _read(session, SUBSCRIPTIONS, cut_offs)}


BILLABLE = text(f"""
    SELECT account_id, array_agg(since ORDER BY since DESC) FROM (
        SELECT u.account_id, max(u.at) FILTER (WHERE change.counts AND NOT change.counted) AS since
        FROM {_DUE} AS due (account_id, instant, day)
        JOIN subscriptions s ON s.account_id = due.account_id
        JOIN plans p ON p.id = s.plan_id
        JOIN (VALUES
            ('LICENSE', CAST(:license AS text[])), ('ACTIVE_USERS', CAST(:active_users AS text[]))
        ) AS policy (name, billable) ON policy.name = p.billing_policy
        JOIN user_states u ON u.account_id = due.account_id AND u.at < due.instant
        CROSS JOIN LATERAL (
            SELECT u.to_status = ANY(policy.billable),
                coalesce(u.from_status = ANY(policy.billable), false)
        ) AS change (counts, counted)
        GROUP BY u.account_id, u.user_id
        HAVING max(u.version) FILTER (WHERE change.counts)
            > coalesce(max(u.version) FILTER (WHERE NOT change.counts), 0)
    ) AS people
    GROUP BY account_id
""")  # noqa: S608 - the fragment is ours


async def billable_since(session: AsyncSession, cut_offs: CutOffs) -> dict[UUID, list[datetime]]:
    """L1: for each billable user at the cut-off, when that began; newest first."""
    rows = await _read(session, BILLABLE, cut_offs, **STATES)
    return {row[0]: row[1] for row in rows}


HELD = text(f"""
    SELECT c.account_id, c.component, max(upper(c.slots)) - 1
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN charges c ON c.account_id = due.account_id AND c.period @> due.day AND NOT c.replaced
    WHERE c.component IS NOT NULL
    GROUP BY c.account_id, c.component
""")  # noqa: S608 - the fragment is ours

Counts: TypeAlias = Mapping[UUID, Mapping[Component, int]]


_COMPONENTS = {component.value: component for component in Component}


def by_component(rows: Any) -> Counts:
    counts: dict[UUID, dict[Component, int]] = defaultdict(dict)
    for account_id, component, count in rows:
        counts[account_id][_COMPONENTS[component]] = count
    return counts


async def held(session: AsyncSession, cut_offs: CutOffs) -> Counts:
    """I7: how many units of each component are paid for on the given days."""
    return by_component(await _read(session, HELD, cut_offs))


_DEAREST = text(f"""
    SELECT c.account_id, c.component, max((c.derivation #>> '{{inputs,price}}')::bigint)
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN charges c ON c.account_id = due.account_id AND c.period @> due.day AND NOT c.replaced
    WHERE c.component IS NOT NULL
    GROUP BY c.account_id, c.component
""")  # noqa: S608 - the fragment is ours


async def dearest(session: AsyncSession, cut_offs: CutOffs) -> Counts:
    """L7: the highest price of each component that was paid in the terms of these days."""
    return by_component(await _read(session, _DEAREST, cut_offs))


ADD_ONS = text(f"""
    SELECT c.account_id, c.component, sum(c.quantity)::int
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN add_on_changes c ON c.account_id = due.account_id AND c.at < due.instant
    GROUP BY c.account_id, c.component
""")  # noqa: S608 - the fragment is ours


async def add_ons(session: AsyncSession, cut_offs: CutOffs) -> Counts:
    """A1: how many of each add-on were wanted at the cut-off."""
    return by_component(await _read(session, ADD_ONS, cut_offs))


ADDITIONS = text(f"""
    SELECT c.account_id, c.component, c.at, c.quantity
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN subscriptions s ON s.account_id = due.account_id AND s.term <> 'MONTHLY'
    JOIN add_on_changes c ON c.account_id = due.account_id AND c.at < due.instant
        AND c.quantity > 0 AND c.at >= lower(s.current) - 1
    ORDER BY c.at DESC, c.id DESC
""")  # noqa: S608 - the fragment is ours


async def additions(
    session: AsyncSession, cut_offs: CutOffs
) -> dict[tuple[UUID, Component], list[datetime]]:
    """L4 for add-ons: when each unit was added in the current long term, newest first."""
    return by_addition(await _read(session, ADDITIONS, cut_offs))


def by_addition(rows: Any) -> dict[tuple[UUID, Component], list[datetime]]:
    found: dict[tuple[UUID, Component], list[datetime]] = defaultdict(list)
    for account_id, component, at, quantity in rows:
        found[account_id, Component(component)] += [at] * quantity
    return found


UNBILLED = text(f"""
    SELECT c.account_id, c.id, c.amount, c.rule
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN charges c ON c.account_id = due.account_id
        AND c.invoice_id IS NULL AND c.posted_at < due.instant
    ORDER BY c.id
""")  # noqa: S608 - the fragment is ours


async def unbilled(
    session: AsyncSession, cut_offs: CutOffs
) -> dict[UUID, list[tuple[UUID, int, str]]]:
    """I1: the charges that will join the bill, one by one: their ids, amounts and rules."""
    return by_account(await _read(session, UNBILLED, cut_offs))


def by_account(rows: Any) -> dict[UUID, list[tuple[UUID, int, str]]]:
    found: dict[UUID, list[tuple[UUID, int, str]]] = defaultdict(list)
    for account_id, *line in rows:
        found[account_id].append((line[0], line[1], line[2]))
    return found


BALANCES = text(f"""
    SELECT c.account_id, c.balance - coalesce(later.moved, 0) - coalesce(waiting.cost, 0)
    FROM {_DUE} AS due (account_id, instant, day)
    JOIN credits c ON c.account_id = due.account_id
    CROSS JOIN LATERAL (
        SELECT sum(CASE WHEN t.credit = 'CREDITS' THEN t.amount ELSE -t.amount END)::bigint
        FROM ledger_transfers t
        WHERE t.account_id = due.account_id AND t.effective_at >= due.instant
          AND (t.credit = 'CREDITS' OR t.debit = 'CREDITS')
    ) AS later (moved)
    CROSS JOIN LATERAL (
        SELECT sum(d.amount)::bigint FROM usage_deferrals d
        WHERE d.account_id = due.account_id AND d.posted_at IS NULL
          AND d.effective_at < due.instant
    ) AS waiting (cost)
""")  # noqa: S608 - the fragment is ours


async def balances(session: AsyncSession, cut_offs: CutOffs) -> dict[UUID, int]:
    """M7: the credits as they stood at the cut-off; what was posted later does not count, and what
    became effective before it does, posted or not (M2)."""
    rows = await _read(session, BALANCES, cut_offs)
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Found:
    """All of it, each by account."""

    subscriptions: Mapping[UUID, Any]
    people: Mapping[UUID, Sequence[datetime]]
    held: Counts
    add_ons: Counts
    additions: Mapping[tuple[UUID, Component], Sequence[datetime]]
    unbilled: Mapping[UUID, Sequence[tuple[UUID, int, str]]]
    balances: Mapping[UUID, int]


def eves(cut_offs: CutOffs) -> CutOffs:
    """The days before: the last ones of what was paid for until the cut-off."""
    return [(id_, instant, day - timedelta(days=1)) for id_, instant, day in cut_offs]


async def load(session: AsyncSession, cut_offs: CutOffs) -> Found:
    """Seven reads."""
    return Found(
        subscriptions=await subscriptions(session, cut_offs),
        people=await billable_since(session, cut_offs),
        held=await held(session, eves(cut_offs)),
        add_ons=await add_ons(session, cut_offs),
        additions=await additions(session, cut_offs),
        unbilled=await unbilled(session, cut_offs),
        balances=await balances(session, cut_offs),
    )
