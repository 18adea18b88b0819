"""Rule M1 as a query: the sums of usage by day are those of the events, no more and no less."""

from app.store.invariants import Invariant

_CELL = "kind, direction, line_type, initiator, included, user_id, line_id"

USAGE_DAYS = (
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
