"""What always holds of automatic top-up (M6): no charge without a decision, no silent stop."""

from app.store.invariants import Invariant

TOP_UPS = (
    Invariant(
        "every automatic top-up has the decision that made it",
        "M6",
        """
        SELECT coalesce(p.account_id, d.account_id), coalesce('payment ' || p.id
            || ' of episode ' || p.episode, 'no payment') || ', ' || coalesce('decision '
            || d.number || ' of episode ' || d.episode, 'no decision')
        FROM (SELECT * FROM payments WHERE purpose = 'TOP_UP') p
        FULL JOIN (SELECT * FROM top_up_decisions WHERE outcome = 'CHARGED') d
            ON d.account_id = p.account_id AND d.payment_id = p.id
        WHERE (p.amount, p.episode) IS DISTINCT FROM (d.amount, d.episode)
        """,
    ),
    Invariant(
        "the decisions about an account's top-ups are numbered without gaps",
        "M6",
        """
        SELECT account_id, count(*) || ' decisions, the last is number ' || max(number)
        FROM top_up_decisions GROUP BY account_id HAVING count(*) <> max(number)
        """,
    ),
    Invariant(
        "an account at or below its threshold is charged, or a decision says why not",
        "M6",
        """
        SELECT c.account_id, 'balance ' || c.balance || ', threshold ' || c.threshold
            || ', last decision ' || coalesce(last.outcome, 'none')
        FROM credits c LEFT JOIN LATERAL (
            SELECT outcome FROM top_up_decisions d
            WHERE d.account_id = c.account_id ORDER BY number DESC LIMIT 1
        ) AS last ON true
        WHERE c.enabled AND c.balance <= c.threshold
          AND coalesce(last.outcome, 'OFF') IN ('CHARGED', 'NOT_NEEDED', 'OFF')
          AND NOT EXISTS (SELECT FROM payments p WHERE p.account_id = c.account_id
            AND p.purpose <> 'INVOICE' AND p.status IN ('CREATED', 'SENT', 'UNKNOWN'))
          AND NOT EXISTS (SELECT FROM outbox o WHERE o.account_id = c.account_id
            AND o.kind = 'top_up' AND o.done_at IS NULL)
        """,
    ),
    Invariant(
        "automatic top-up has stopped by a decision that says so, or a payment taken back",
        "M6",
        """
        SELECT c.account_id, 'stopped: ' || c.stopped_reason FROM credits c
        WHERE c.stopped_reason IN ('DECLINED', 'BREAKER') AND NOT EXISTS (
            SELECT FROM top_up_decisions d
            WHERE d.account_id = c.account_id AND d.outcome = c.stopped_reason)
          AND NOT (c.stopped_reason = 'DECLINED' AND EXISTS (
            SELECT FROM late_failures f WHERE f.account_id = c.account_id))
        """,
    ),
)
