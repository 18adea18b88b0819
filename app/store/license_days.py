"""Rule I7 as queries: no licence day is billed twice, and none that is occupied is missed.

Twice is what the exclusion constraint forbids. That none is missed follows from six facts: terms
follow each other, what is held is held to the end of its term, each charge reaches exactly as far
as people or the contract did, in a month nobody is beyond what is held, on a 1st everybody has
been paid for since the own day, and no charge is left behind by an invoice.
"""

from app.domain.plans import POLICIES
from app.store.invariants import Invariant


def _billable(status: str) -> str:
    """P4, as the policy of the change had it."""
    states = {name: ", ".join(f"'{s}'" for s in sorted(p.billable)) for name, p in POLICIES.items()}
    known = (f"u.policy = '{name}' AND {status} IN ({these})" for name, these in states.items())
    return f"({' OR '.join(known)})"


_MORE = f"{_billable('u.to_status')}::int - coalesce({_billable('u.from_status')}, false)::int"
_CHANGES = f"(SELECT u.*, {_MORE} AS more FROM user_states u)"
_MIDNIGHT = """(SELECT CASE WHEN (instant - interval '1 hour') AT TIME ZONE zone >= day
        THEN instant - interval '1 hour' ELSE instant END
    FROM (SELECT {day} AS day, a.billing_timezone AS zone,
        {day} AT TIME ZONE a.billing_timezone AS instant) AS midnight)"""
"""C1: where clocks go back over midnight a day begins at the first of the two."""
_TERMS = """(SELECT account_id, period, slots, posted_at, rule FROM charges
    WHERE component = 'LICENSE' AND rule IN ('L2', 'L6') AND NOT replaced)"""
_HELD = """(SELECT coalesce(max(upper(c.slots)) - 1, 0) AS number FROM charges c
    WHERE c.account_id = {account} AND c.component = 'LICENSE' AND c.upgrade = 0
      AND NOT c.replaced AND c.period @> {day})"""

LICENSE_DAYS = (
    Invariant(
        "paid terms follow each other without a gap",
        "I7",
        f"""
        SELECT account_id, 'term ' || period || ' between ' || coalesce(before::text, 'nothing')
            || ' and ' || coalesce(following, paid_until)
        FROM (
            SELECT t.*, upper(s.current) AS paid_until,
                lag(upper(period)) OVER (PARTITION BY t.account_id ORDER BY period) AS before,
                lead(lower(period)) OVER (PARTITION BY t.account_id ORDER BY period) AS following
            FROM {_TERMS} t JOIN subscriptions s ON s.account_id = t.account_id
        ) AS terms
        WHERE before <> lower(period) OR coalesce(following, paid_until) <> upper(period)
        """,
    ),
    Invariant(
        "what is held is held to the end of its term",
        "I7",
        f"""
        SELECT c.account_id, c.component || ' of ' || c.period || ' ends in the middle of a term'
        FROM charges c WHERE c.component IS NOT NULL AND NOT c.replaced AND NOT EXISTS (
            SELECT FROM {_TERMS} t WHERE t.account_id = c.account_id
              AND t.period @> c.period AND upper(t.period) = upper(c.period))
        """,
    ),
    Invariant(
        "licences are charged up to the occupied ones or the minimum",
        "L6",
        f"""
        SELECT c.account_id, c.rule || ' of ' || c.period || ': up to licence ' || c.number || ', '
            || occupied.number || ' occupied, minimum ' || contract.minimum
        FROM (
            SELECT DISTINCT ON (account_id, rule, posted_at, CASE WHEN rule <> 'L4' THEN id END)
                account_id, id, rule, period, posted_at, upper(slots) - 1 AS number,
                rule IN ('L2', 'L3') OR rule = 'L4' AND NOT EXISTS (
                    SELECT FROM invoices i WHERE i.account_id = charges.account_id
                      AND i.id = charges.invoice_id AND i.created_at = charges.posted_at
                ) AS between_cut_offs,
                CASE WHEN rule IN ('L2', 'L6') THEN lower(period) END AS begins
            FROM charges WHERE component = 'LICENSE' AND upgrade = 0 AND replaces IS NULL
            ORDER BY account_id, rule, posted_at, CASE WHEN rule <> 'L4' THEN id END,
                upper(slots) DESC
        ) AS c
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(u.more), 0) AS number FROM {_CHANGES} u
            WHERE u.account_id = c.account_id AND (u.at < c.posted_at
                OR u.at = c.posted_at AND c.between_cut_offs AND u.id < c.id)
        ) AS occupied
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT minimum FROM minimum_licenses m
                WHERE m.account_id = c.account_id AND m.effective_on <= c.begins
                ORDER BY m.effective_on DESC, m.id DESC LIMIT 1), 0) AS minimum
        ) AS contract
        WHERE c.number <> greatest(occupied.number, contract.minimum)
          AND NOT EXISTS (SELECT FROM minimum_licenses m WHERE m.account_id = c.account_id
            AND m.actor = 'migration' AND m.effective_on > lower(c.period))
        """,
    ),
    Invariant(
        "what was unbilled at a cut-off is on its invoice",
        "I1",
        """
        SELECT c.account_id, 'charge ' || c.id || ' of ' || c.period || ' is on no invoice'
        FROM charges c WHERE c.invoice_id IS NULL AND EXISTS (
            SELECT FROM invoices i WHERE i.account_id = c.account_id
              AND i.kind IN ('RENEWAL', 'TRUE_UP') AND i.created_at > c.posted_at)
        """,
    ),
    Invariant(
        "in a month nobody is beyond what is held",
        "L3",
        f"""
        SELECT r.account_id, r.occupied || ' billable users on ' || r.day || ', '
            || held.number || ' licences held'
        FROM (
            SELECT u.account_id, u.at, u.more, (u.at AT TIME ZONE a.billing_timezone)::date AS day,
                sum(u.more) OVER (PARTITION BY u.account_id ORDER BY u.at, u.id) AS occupied
            FROM {_CHANGES} u JOIN accounts a ON a.id = u.account_id
            WHERE u.more <> 0 AND u.policy = 'LICENSE'
        ) AS r
        JOIN {_TERMS} t ON t.account_id = r.account_id AND t.period @> r.day
            AND upper(t.period) <= date_trunc('month', lower(t.period)::timestamp)
                + interval '1 month'
            AND (t.rule = 'L6' OR r.at > t.posted_at)
        CROSS JOIN LATERAL {_HELD.format(account="r.account_id", day="r.day")} AS held
        WHERE r.more > 0 AND r.occupied > held.number
        """,
    ),
    Invariant(
        "who is billable on a 1st has been paid for since the own day",
        "L4",
        f"""
        SELECT people.account_id, people.number || ' users since ' || people.day
            || ' at the cut-off ' || people.cut_off || ', ' || held.number || ' licences held'
        FROM (
            SELECT account_id, cut_off, day,
                sum(count(*)) OVER (PARTITION BY account_id, cut_off ORDER BY day) AS number
            FROM (
                SELECT a.id AS account_id, cut_off.at::date AS cut_off, greatest(
                    (max(u.at) FILTER (WHERE u.more > 0) AT TIME ZONE a.billing_timezone)::date,
                    (cut_off.at - interval '1 month')::date, first.day) AS day
                FROM accounts a
                JOIN LATERAL (SELECT min(lower(period)) AS day FROM {_TERMS} t
                    WHERE t.account_id = a.id) AS first ON first.day IS NOT NULL
                CROSS JOIN LATERAL generate_series(
                    date_trunc('month', first.day::timestamp) + interval '1 month',
                    (a.next_bill_at AT TIME ZONE a.billing_timezone) - interval '1 month',
                    interval '1 month') AS cut_off (at)
                JOIN {_CHANGES} u ON u.account_id = a.id AND u.policy = 'LICENSE'
                    AND u.at < {_MIDNIGHT.format(day="cut_off.at")}
                GROUP BY a.id, cut_off.at, first.day, u.user_id
                HAVING sum(u.more) > 0
            ) AS days
            GROUP BY account_id, cut_off, day
        ) AS people
        CROSS JOIN LATERAL {_HELD.format(account="people.account_id", day="people.day")} AS held
        WHERE people.number > held.number
        """,
    ),
)
