"""What the histories say of the instants of many charges (I5): one statement for all of them."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.plans import POLICIES, BillingPolicy

Keys: TypeAlias = Sequence[tuple[UUID, UUID]]
"""Account and charge."""

WANTED = """FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS wanted (account_id, id)
    JOIN charges c ON c.account_id = wanted.account_id AND c.id = wanted.id
    JOIN accounts a ON a.id = c.account_id
    LEFT JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id"""


def billable(status: str) -> str:
    """Whether a state of the history `u` counts by the policy of its row."""
    return f"""{status} = ANY(CASE u.policy WHEN 'LICENSE' THEN CAST(:license AS text[])
        ELSE CAST(:active_users AS text[]) END)"""


BECOMES_BILLABLE = (
    f"({billable('u.to_status')} AND NOT coalesce({billable('u.from_status')}, false))"
)
_OF_A_BILL = "i.created_at IS NOT DISTINCT FROM c.posted_at"
_BEFORE = f"""(u.at < c.posted_at OR u.at = c.posted_at AND u.id < c.id
    AND (c.rule IN ('L2', 'L3', 'A1') OR NOT ({_OF_A_BILL})))"""
"""A cut-off does not see what came with it; what happens under the account's lock does (L2, L3)."""

TERM = """LEFT JOIN LATERAL (
        SELECT t.period, t.posted_at, t.rule FROM charges t
        WHERE t.account_id = c.account_id AND t.component = 'LICENSE' AND t.rule IN ('L2', 'L6')
          AND t.replaces IS NULL
          AND t.slots @> 1 AND t.period @> lower(c.period)
        ORDER BY t.posted_at DESC LIMIT 1
    ) AS term ON true"""

_PEOPLE = f"""LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(status, number) AS statuses FROM (
            SELECT step.status, sum(step.number) AS number FROM user_states u
            CROSS JOIN LATERAL (VALUES (u.to_status, 1), (u.from_status, -1))
                AS step (status, number)
            WHERE c.component = 'LICENSE' AND u.account_id = c.account_id AND {_BEFORE}
              AND step.status IS NOT NULL
            GROUP BY step.status
        ) AS counted
    ) AS people ON true"""
"""Who came to a state less who left it: no sorting, however long the history is."""

_SINCE = f"""
    SELECT u.user_id, max(u.at) FILTER (WHERE {BECOMES_BILLABLE}) AS at, 1 AS number
    FROM user_states u
    WHERE c.rule = 'L4' AND u.account_id = c.account_id AND {_BEFORE}
    GROUP BY u.user_id
    HAVING max(u.version) FILTER (WHERE {billable("u.to_status")})
        > coalesce(max(u.version) FILTER (WHERE NOT {billable("u.to_status")}), 0)
"""

_ADDITIONS = f"""LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(day, number) ORDER BY day DESC) AS additions FROM (
            SELECT greatest((came.at AT TIME ZONE a.billing_timezone)::date, lower(term.period))
                AS day, sum(came.number) AS number
            FROM (
                {_SINCE}
                UNION ALL
                SELECT NULL, u.at, u.quantity FROM add_on_changes u
                WHERE c.rule = 'A1' AND u.account_id = c.account_id AND u.component = c.component
                  AND u.quantity > 0 AND (u.at < c.posted_at
                    OR u.at = c.posted_at AND u.id < c.id AND NOT ({_OF_A_BILL}))
            ) AS came GROUP BY 1
        ) AS days
    ) AS came ON true"""

_UNITS = """LEFT JOIN LATERAL (
        SELECT coalesce(sum(u.quantity), 0)::int AS inclusive,
            coalesce(sum(u.quantity) FILTER (WHERE u.at < c.posted_at), 0)::int AS strict
        FROM add_on_changes u
        WHERE c.rule IN ('A1', 'L7') AND u.account_id = c.account_id AND u.component = c.component
          AND (u.at < c.posted_at OR u.at = c.posted_at AND u.id < c.id)
    ) AS units ON true"""

_DAY = "(c.posted_at AT TIME ZONE a.billing_timezone)::date"
_HELD = f"""LEFT JOIN LATERAL (
        SELECT coalesce(max(upper(h.slots)) FILTER (WHERE h.period @> {_DAY}), 1) - 1 AS alone,
            coalesce(max(upper(h.slots)) FILTER (
                WHERE h.period @> ({_DAY} - ({_OF_A_BILL})::int)
                  AND (h.posted_at < c.posted_at OR h.rule <> c.rule OR h.id < change.id
                    OR h.invoice_id IS DISTINCT FROM c.invoice_id)), 1) - 1 AS settled
        FROM charges h
        WHERE c.component IS NOT NULL AND h.account_id = c.account_id
          AND h.component = c.component AND h.upgrade = 0 AND h.replaces IS NULL
          AND h.period && daterange({_DAY} - 1, {_DAY}, '[]')
          AND (h.posted_at < c.posted_at OR h.posted_at = c.posted_at AND h.id < c.id)
    ) AS held ON true"""

_DEAREST = f"""LEFT JOIN LATERAL (
        SELECT max((h.derivation #>> '{{inputs,price}}')::bigint) AS price FROM charges h
        WHERE c.rule = 'L7' AND h.account_id = c.account_id AND h.component = c.component
          AND h.replaces IS NULL AND h.period @> {_DAY}
          AND (h.posted_at < c.posted_at OR h.posted_at = c.posted_at AND h.id < change.id)
    ) AS dearest ON true"""

_PLAN = f"""LEFT JOIN LATERAL (
        SELECT h.from_plan_id, h.from_term FROM subscription_changes h
        WHERE h.account_id = c.account_id AND (h.at > c.posted_at
            OR h.at = c.posted_at AND h.id > c.id AND NOT (h.kind = 'RENEWED'
                AND {_OF_A_BILL} AND term.posted_at = c.posted_at))
        ORDER BY h.at, h.id LIMIT 1
    ) AS later ON true
    JOIN plans p ON p.id = coalesce(later.from_plan_id, s.plan_id)
    LEFT JOIN LATERAL (
        SELECT h.*, old.name AS plan_name FROM subscription_changes h
        JOIN plans old ON old.id = h.from_plan_id
        WHERE h.account_id = c.account_id AND h.kind = 'CHANGED' AND h.at = c.posted_at
          AND h.id < c.id AND (c.rule = 'L7' OR c.rule IN ('L4', 'A1') AND NOT ({_OF_A_BILL}))
        ORDER BY h.id DESC LIMIT 1
    ) AS change ON true
    LEFT JOIN LATERAL (
        SELECT max(h.effective_on) AS last,
            max(h.effective_on) FILTER (WHERE h.id IS DISTINCT FROM change.id) AS before
        FROM subscription_changes h
        WHERE h.account_id = c.account_id AND h.kind = 'CHANGED'
          AND h.from_plan_id <> h.to_plan_id
          AND (h.at < c.posted_at OR h.at = c.posted_at AND h.id < c.id)
    ) AS priced ON true"""
"""L7: each row of that history says what there was before it, so the first one after the charge
tells the plan of its instant; what a renewal changes it writes after its charges."""

_FLOOR = f"""LEFT JOIN LATERAL (
        SELECT m.minimum, m.effective_on, m.contract, m.at FROM minimum_licenses m
        WHERE c.rule IN ('L2', 'L6') AND m.account_id = c.account_id AND m.effective_on <= {_DAY}
        ORDER BY m.effective_on DESC, m.id DESC LIMIT 1
    ) AS floor ON true
    LEFT JOIN LATERAL (
        SELECT EXISTS (SELECT FROM minimum_licenses m WHERE m.account_id = c.account_id
            AND m.actor = 'migration' AND m.effective_on > lower(c.period)) AS found
    ) AS imported ON true"""

_PAYMENT = """LEFT JOIN LATERAL (
        SELECT p.id, p.amount, coalesce(p.step_amount, p.amount) AS step, p.created_at, p.settled_at
        FROM payments p
        WHERE c.rule IN ('M5', 'M6') AND p.account_id = c.account_id
          AND p.invoice_id = c.invoice_id AND p.purpose <> 'INVOICE'
          AND p.status IN ('SUCCEEDED', 'REFUNDED')
        LIMIT 1
    ) AS payment ON true"""

_MONTH = f"""(date_trunc('month', ({_DAY} - ({_OF_A_BILL})::int)::timestamp)
    AT TIME ZONE a.billing_timezone)"""
_SINCE = f"""LEFT JOIN LATERAL (
        SELECT greatest({_MONTH}, settled.at) AS since,
            CASE WHEN settled.at >= {_MONTH} THEN settled.turn END AS turn
        FROM (VALUES (c.rule)) AS one (rule) LEFT JOIN LATERAL (
            SELECT t.effective_at AS at, h.id AS turn FROM ledger_transfers t
            LEFT JOIN post_paid_changes h ON h.account_id = t.account_id AND h.id = t.reference
            WHERE t.account_id = c.account_id
              AND t.kind IN ('DEBT', 'DEBT_ROUNDING') AND 'CREDITS' IN (t.debit, t.credit)
              AND (t.effective_at < c.posted_at
                OR t.effective_at = c.posted_at AND t.id < c.id AND NOT ({_OF_A_BILL}))
            ORDER BY t.effective_at DESC, t.id DESC LIMIT 1
        ) AS settled ON true
        WHERE one.rule IN ('M7', 'M8')
    ) AS usage ON true"""
"""M7: what a debt is of began with the month, or within it where an earlier one was settled; of
that instant the entries after the `turn` are its own."""

_LEDGER = f"""{_SINCE} LEFT JOIN LATERAL (
        SELECT coalesce(sum(moved) FILTER (WHERE effective_at < usage.since
                OR effective_at = usage.since
                    AND (id < usage.turn OR kind IN ('DEBT', 'DEBT_ROUNDING'))), 0)::bigint
                AS opening,
            coalesce(sum(moved) FILTER (WHERE kind = 'TOP_UP' AND (effective_at > usage.since
                OR effective_at = usage.since AND id < usage.turn IS NOT TRUE)), 0)::bigint
                AS added,
            coalesce(sum(moved), 0)::bigint AS balance,
            coalesce(sum(-moved) FILTER (WHERE kind = 'USAGE'
                AND effective_at >= c.posted_at - interval '1 minute'), 0)::bigint AS late
        FROM (
            SELECT t.id, t.kind, t.effective_at,
                CASE WHEN t.credit = 'CREDITS' THEN t.amount ELSE -t.amount END AS moved
            FROM ledger_transfers t
            WHERE c.component IS NULL AND t.account_id = c.account_id
              AND 'CREDITS' IN (t.debit, t.credit) AND t.effective_at <= c.posted_at
              AND (t.effective_at < coalesce(payment.created_at, c.posted_at)
                OR t.effective_at = payment.created_at AND t.id < payment.id
                OR c.rule IN ('M7', 'M8') AND NOT ({_OF_A_BILL})
                    AND t.effective_at = c.posted_at AND t.id < c.id)
        ) AS transfers
    ) AS ledger ON true"""

_TERMS = f"""LEFT JOIN LATERAL (
        SELECT h.* FROM post_paid_changes h
        WHERE c.rule IN ('M7', 'M8') AND h.account_id = c.account_id AND h.part = 'USAGE'
          AND (h.at < c.posted_at OR h.at = c.posted_at AND h.id < c.id AND NOT ({_OF_A_BILL}))
        ORDER BY h.at DESC, h.id DESC LIMIT 1
    ) AS terms ON true"""
"""M8: how usage was paid at the charge's instant; what is changed then is changed after it."""

_FACTS = text(f"""
    SELECT c.*, i.created_at AS issued_at, a.billing_timezone, a.currency,
        (a.created_at AT TIME ZONE a.billing_timezone)::date AS customer_since, {_DAY} AS day,
        p.id AS plan_id, p.name AS plan_name, p.billing_policy,
        coalesce(later.from_term, s.term) AS plan_term, priced.last AS priced_on,
        change.id AS change_id, change.from_plan_id, change.plan_name AS from_plan_name,
        priced.before AS priced_before, change.at AS changed_at, change.actor AS changed_by,
        change.reason AS changed_for,
        term.period AS term_period, term.posted_at AS term_posted_at, term.rule AS term_rule,
        people.statuses, dearest.price AS dearest, came.additions, units.inclusive, units.strict,
        held.alone, held.settled,
        floor.minimum, floor.effective_on, floor.contract, floor.at AS floor_at,
        imported.found AS is_imported, usage.since, usage.turn,
        terms.post_paid, terms.at AS agreed_at, terms.contract AS agreed_in,
        terms.reason AS agreed_for, terms.actor AS agreed_by,
        ledger.opening, ledger.added, ledger.balance, ledger.late,
        payment.id AS payment_id, payment.amount AS payment_amount, payment.step AS payment_step,
        payment.created_at AS payment_created_at, payment.settled_at AS payment_settled_at
    {WANTED}
    JOIN subscriptions s ON s.account_id = c.account_id
    {TERM} {_PLAN} {_DEAREST} {_PEOPLE} {_ADDITIONS} {_UNITS} {_HELD} {_FLOOR} {_PAYMENT} {_LEDGER}
    {_TERMS}
""")  # the fragments are ours


def values(keys: Keys) -> dict[str, Any]:
    states = {policy.value.lower(): sorted(POLICIES[policy].billable) for policy in BillingPolicy}
    accounts, ids = zip(*keys, strict=True)
    return {"accounts": list(accounts), "ids": list(ids), **states}


_ORIGINALS = text("""
    WITH RECURSIVE earlier AS (
        SELECT c.account_id, c.id AS shown, c.replaces AS id
        FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS wanted (account_id, id)
        JOIN charges c ON c.account_id = wanted.account_id AND c.id = wanted.id
        WHERE c.replaces IS NOT NULL
        UNION ALL
        SELECT c.account_id, earlier.shown, c.replaces
        FROM earlier JOIN charges c ON c.account_id = earlier.account_id AND c.id = earlier.id
        WHERE c.replaces IS NOT NULL
    )
    SELECT account_id, shown, id FROM earlier WHERE EXISTS (SELECT FROM charges c
        WHERE c.account_id = earlier.account_id AND c.id = earlier.id AND c.replaces IS NULL)
""")


async def originals(session: AsyncSession, keys: Keys) -> dict[tuple[UUID, UUID], UUID]:
    """Of charges that were issued again the first ones: those that history knows the cause of."""
    accounts, ids = (list(column) for column in zip(*keys, strict=True))
    connection = await session.connection()
    rows = await connection.execute(_ORIGINALS, {"accounts": accounts, "ids": ids})
    return {(row.account_id, row.shown): row.id for row in rows}


async def of_charges(session: AsyncSession, keys: Keys) -> list[Any]:
    connection = await session.connection()
    return list(await connection.execute(_FACTS, values(keys)))


_KEYS = text("""
    SELECT account_id, id FROM charges
    WHERE (CAST(:account_id AS uuid) IS NULL OR account_id = :account_id)
      AND (id = :id OR invoice_id = :id)
    ORDER BY posted_at, id
""")


async def keys_of(
    session: AsyncSession, account_id: UUID | None, id_: UUID
) -> list[tuple[UUID, UUID]]:
    """A charge, or all of an invoice; without an account every charge is looked at."""
    connection = await session.connection()
    rows = await connection.execute(_KEYS, {"account_id": account_id, "id": id_})
    return [(row.account_id, row.id) for row in rows]
