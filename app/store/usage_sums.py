"""Invariants of usage: what was debited at once and what later, against the events themselves."""

from app.store.invariants import Invariant

_CELL = "kind, direction, line_type, initiator, included, user_id, line_id"

USAGE = (
    Invariant(
        "usage debits are the sum of their events",
        "M4",
        """
        SELECT coalesce(e.account_id, t.account_id), 'batch ' || coalesce(e.batch_id, t.reference)
            || ': events ' || coalesce(e.total, 0) || ', debit ' || coalesce(t.moved, 0)
        FROM (SELECT account_id, batch_id, sum(amount) total FROM usage_events
              WHERE NOT deferred GROUP BY account_id, batch_id) e
        FULL JOIN (
            SELECT *, CASE WHEN debit = 'CREDITS' THEN amount ELSE -amount END AS moved
            FROM ledger_transfers WHERE kind = 'USAGE'
        ) t ON t.account_id = e.account_id AND t.reference = e.batch_id
        WHERE coalesce(e.total, 0) <> coalesce(t.moved, 0)
        """,
    ),
    Invariant(
        "what is posted later is the sum of its events",
        "M2",
        """
        SELECT coalesce(d.account_id, e.account_id), coalesce(d.kind, e.kind) || ' of '
            || coalesce(d.day, e.day) || ': events ' || coalesce(e.total, 0) || ', sum '
            || coalesce(d.amount, 0)
        FROM usage_deferrals d FULL JOIN (
            SELECT u.account_id, part.kind, (u.posted_at AT TIME ZONE a.billing_timezone)::date
                AS day, sum(part.amount) AS total, count(*) AS events
            FROM usage_events u JOIN accounts a ON a.id = u.account_id
            CROSS JOIN LATERAL (VALUES ('CARRIER_FEE', u.fee),
                ('INTERNATIONAL', CASE WHEN u.deferred THEN u.amount ELSE 0 END)
            ) AS part (kind, amount)
            WHERE (u.fee <> 0 OR u.deferred) AND part.amount <> 0 GROUP BY 1, 2, 3
        ) e ON e.account_id = d.account_id AND e.kind = d.kind AND e.day = d.day
        WHERE (d.amount, d.events) IS DISTINCT FROM (e.total, e.events)
        """,
    ),
    Invariant(
        "what is posted later was moved once, when it counts",
        "M2",
        """
        SELECT coalesce(d.account_id, t.account_id), coalesce(d.kind || ' of ' || d.day,
            'transfer ' || t.reference) || ': ' || coalesce(d.amount, 0) || ', moved '
            || coalesce(t.moved, 0)
        FROM (SELECT *, CASE kind WHEN 'CARRIER_FEE' THEN 'CARRIER_FEES'
                ELSE 'INTERNATIONAL_USAGE' END AS booked
              FROM usage_deferrals WHERE posted_at IS NOT NULL) d
        FULL JOIN (
            SELECT *, CASE WHEN debit = 'CREDITS' THEN amount ELSE -amount END AS moved
            FROM ledger_transfers WHERE kind IN ('CARRIER_FEES', 'INTERNATIONAL_USAGE')
        ) t ON t.account_id = d.account_id AND t.reference = d.id AND t.kind = d.booked
        WHERE coalesce(d.amount, 0) <> coalesce(t.moved, 0)
            OR d.effective_at <> t.effective_at
        """,
    ),
    Invariant(
        "what counts is posted within a day",
        "M2",
        """
        SELECT d.account_id, d.kind || ' of ' || d.day || ' counts since ' || d.effective_at
        FROM usage_deferrals d JOIN accounts a ON a.id = d.account_id
        WHERE d.posted_at IS NULL
          AND d.effective_at < coalesce(a.test_clock, CAST(:now AS timestamptz)) - interval '1 day'
        """,
    ),
    Invariant(
        "usage by day is the sum of its events",
        "M1",
        f"""
        WITH counted AS (
            SELECT e.account_id, (e.posted_at AT TIME ZONE a.billing_timezone)::date AS posted_on,
                (e.happened_at AT TIME ZONE a.billing_timezone)::date AS happened_on, {_CELL},
                count(*) AS events, sum(quantity) AS quantity, sum(amount) AS amount,
                sum(fee) AS fee
            FROM usage_events e JOIN accounts a ON a.id = e.account_id
            GROUP BY 1, 2, 3, {_CELL}
        ), both_ways AS (
            SELECT account_id, posted_on, happened_on, {_CELL}, events, quantity, amount, fee,
                events AS in_days FROM usage_days
            UNION ALL
            SELECT account_id, posted_on, happened_on, {_CELL}, -events, -quantity, -amount, -fee, 0
            FROM counted
        )
        SELECT account_id, 'posted on ' || posted_on || ', happened on ' || happened_on || ', '
            || kind || ' ' || initiator || ': ' || sum(in_days) || ' events in its sums, '
            || sum(in_days) - sum(events) || ' events'
        FROM both_ways GROUP BY account_id, posted_on, happened_on, {_CELL}
        HAVING count(*) <> 2 OR sum(events) <> 0 OR sum(quantity) <> 0 OR sum(amount) <> 0
            OR sum(fee) <> 0
        """,
    ),
)
