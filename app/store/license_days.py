"""Rule I7 as queries: no licence day is billed twice, and none that is occupied is missed.

Twice is what the exclusion constraint forbids. That none is missed follows from five facts: terms
follow each other, what is held is held to the end of its term, a term begins with exactly what
was due, in a month nobody is beyond what is held, and on a 1st everybody has been paid for since
his own day.
"""

from app.store.invariants import Invariant

_BILLABLE = "({status} = 'ACTIVE' OR u.policy = 'LICENSE' AND {status} IN ('PAUSED', 'SUSPENDED'))"
_MORE = (
    f"{_BILLABLE.format(status='u.to_status')}::int"
    f" - coalesce({_BILLABLE.format(status='u.from_status')}, false)::int"
)
_CHANGES = f"(SELECT u.*, {_MORE} AS more FROM user_states u)"
_MIDNIGHT = """(SELECT CASE WHEN (instant - interval '1 hour') AT TIME ZONE zone >= day
        THEN instant - interval '1 hour' ELSE instant END
    FROM (SELECT {day} AS day, a.billing_timezone AS zone,
        {day} AT TIME ZONE a.billing_timezone AS instant) AS midnight)"""
"""C1: where clocks go back over midnight a day begins at the first of the two."""
_TERMS = """(SELECT account_id, period, slots, posted_at, rule FROM charges
    WHERE component = 'LICENSE' AND rule IN ('L2', 'L6'))"""
_HELD = """(SELECT coalesce(max(upper(c.slots)) - 1, 0) AS number FROM charges c
    WHERE c.account_id = {account} AND c.component = 'LICENSE' AND c.period @> {day})"""

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
        FROM charges c WHERE c.component IS NOT NULL AND NOT EXISTS (
            SELECT FROM {_TERMS} t WHERE t.account_id = c.account_id
              AND t.period @> c.period AND upper(t.period) = upper(c.period))
        """,
    ),
    Invariant(
        "a renewal bills the occupied licences of its cut-off, or the minimum",
        "L6",
        f"""
        SELECT t.account_id, 'renewal of ' || t.period || ': ' || upper(t.slots) - 1
            || ' licences, ' || occupied.number || ' occupied, minimum ' || contract.minimum
        FROM {_TERMS} t JOIN accounts a ON a.id = t.account_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(u.more), 0) AS number FROM {_CHANGES} u
            WHERE u.account_id = t.account_id
              AND u.at < {_MIDNIGHT.format(day="lower(t.period)::timestamp")}
        ) AS occupied
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT minimum FROM minimum_licenses m
                WHERE m.account_id = t.account_id AND m.effective_on <= lower(t.period)
                ORDER BY m.effective_on DESC, m.id DESC LIMIT 1), 0) AS minimum
        ) AS contract
        WHERE t.rule = 'L6' AND upper(t.slots) - 1 <> greatest(occupied.number, contract.minimum)
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
                count(*) OVER (PARTITION BY account_id, cut_off ORDER BY day) AS number
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
        ) AS people
        CROSS JOIN LATERAL {_HELD.format(account="people.account_id", day="people.day")} AS held
        WHERE people.number > held.number
        """,
    ),
)
