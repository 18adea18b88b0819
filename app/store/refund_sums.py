"""Invariants of what goes back: never more than came, and each moved its money once."""

from app.store.invariants import Invariant

WENT_BACK = """(
    SELECT account_id, id, payment_id, amount, 0 AS from_credits FROM refunds r
    WHERE status = 'SUCCEEDED' OR EXISTS (SELECT FROM reinstatements b
        WHERE b.account_id = r.account_id AND b.refund_id = r.id)
    UNION ALL SELECT account_id, id, payment_id, amount, from_credits FROM late_failures)"""
"""What has gone back of payments, whether it has come back since or not."""

REFUNDS = (
    Invariant(
        "no more of a payment goes back than was taken",
        "I3",
        """
        SELECT p.account_id, 'payment ' || p.id || ': ' || p.amount || ', back ' || gone.total
        FROM payments p JOIN (
            SELECT account_id, payment_id, greatest(sum(amount) FILTER (WHERE is_gone),
                sum(amount) FILTER (WHERE is_refund)) AS total
            FROM (
                SELECT account_id, payment_id, amount, status = 'SUCCEEDED' AS is_gone,
                    true AS is_refund FROM refunds WHERE status <> 'FAILED'
                UNION ALL SELECT account_id, payment_id, amount, true, false FROM late_failures
                UNION ALL SELECT account_id, payment_id, -amount, true, false FROM reinstatements
                WHERE refund_id IS NULL
            ) AS parts GROUP BY 1, 2
        ) AS gone ON gone.account_id = p.account_id AND gone.payment_id = p.id
        WHERE gone.total > p.amount OR p.status NOT IN ('SUCCEEDED', 'REFUNDED')
        """,
    ),
    Invariant(
        "a payment is refunded exactly when all of it was given back",
        "I3",
        """
        SELECT p.account_id, 'payment ' || p.id || ' is ' || p.status || ', given back '
            || coalesce(sum(r.amount), 0)
        FROM payments p LEFT JOIN refunds r ON r.account_id = p.account_id
            AND r.payment_id = p.id AND r.status = 'SUCCEEDED'
        GROUP BY p.account_id, p.id
        HAVING (p.status = 'REFUNDED') <> (coalesce(sum(r.amount), 0) = p.amount)
        """,
    ),
    Invariant(
        "what went back was moved once, from where it was",
        "I6",
        f"""
        SELECT coalesce(g.account_id, t.account_id), 'moved ' || coalesce(t.total, 0) || ' of '
            || coalesce(g.amount, 0) || ' for ' || coalesce(g.id, t.reference)
        FROM {WENT_BACK} AS g FULL JOIN (
            SELECT account_id, reference, sum(amount) AS total,
                coalesce(sum(amount) FILTER (WHERE debit = 'CREDITS'
                    AND kind = 'TAKEN_FROM_CREDITS'), 0) AS from_credits
            FROM ledger_transfers WHERE credit = 'CLEARING'
              AND kind IN ('REFUND_PAID', 'LATE_FAILURE', 'TAKEN_FROM_CREDITS') GROUP BY 1, 2
        ) AS t ON t.account_id = g.account_id AND t.reference = g.id
        WHERE (g.amount, g.from_credits) IS DISTINCT FROM (t.total, t.from_credits)
        """,  # noqa: S608 - ours
    ),
    Invariant(
        "what came back was moved once, to where it belongs",
        "I6",
        """
        SELECT coalesce(b.account_id, t.account_id), 'moved ' || coalesce(t.total, 0) || ' of '
            || coalesce(b.amount, 0) || ' for ' || coalesce(b.id, t.reference)
        FROM (SELECT * FROM reinstatements WHERE amount > 0) AS b FULL JOIN (
            SELECT account_id, reference, sum(amount) AS total,
                coalesce(sum(amount) FILTER (WHERE credit = 'REFUNDS'), 0) AS owed_back,
                coalesce(sum(amount) FILTER (WHERE credit = 'CREDITS'), 0) AS to_credits
            FROM ledger_transfers WHERE debit = 'CLEARING'
              AND kind IN ('RETURNED', 'OWED_AGAIN', 'RETURNED_TO_CREDITS') GROUP BY 1, 2
        ) AS t ON t.account_id = b.account_id AND t.reference = b.id
        WHERE (b.amount, b.owed_back, b.to_credits)
            IS DISTINCT FROM (t.total, t.owed_back, t.to_credits)
        """,
    ),
    Invariant(
        "no more comes back than had gone",
        "I6",
        """
        SELECT b.account_id, 'payment ' || b.payment_id || ': ' || sum(b.amount) || ' of '
            || coalesce(max(f.total), 0)
        FROM reinstatements b LEFT JOIN (
            SELECT account_id, payment_id, sum(amount) AS total FROM late_failures GROUP BY 1, 2
        ) AS f ON f.account_id = b.account_id AND f.payment_id = b.payment_id
        WHERE b.refund_id IS NULL GROUP BY b.account_id, b.payment_id
        HAVING sum(b.amount) > coalesce(max(f.total), 0)
        """,
    ),
    Invariant(
        "what comes back of a refund is all of it, and it has failed",
        "I3",
        """
        SELECT b.account_id, 'refund ' || r.id || ' is ' || r.status FROM reinstatements b
        JOIN refunds r ON r.account_id = b.account_id AND r.id = b.refund_id
        WHERE r.status <> 'FAILED' OR (r.amount, r.payment_id) <> (b.amount, b.payment_id)
        """,
    ),
    Invariant(
        "what goes back of an invoice is credited on it, and credits that go back have no note",
        "I3",
        """
        SELECT r.account_id, 'refund ' || r.id || ' of payment ' || p.id || ', credit note '
            || coalesce(n.number::text, 'none')
        FROM refunds r JOIN payments p ON p.account_id = r.account_id AND p.id = r.payment_id
        LEFT JOIN credit_notes n ON n.account_id = r.account_id AND n.id = r.credit_note_id
        WHERE CASE WHEN n.id IS NOT NULL
                THEN p.purpose <> 'INVOICE' OR n.invoice_id <> p.invoice_id
            ELSE p.purpose = 'INVOICE' AND r.status = 'SUCCEEDED' AND (
                SELECT coalesce(sum(b.to_credits), 0) FROM reinstatements b
                WHERE b.account_id = p.account_id AND b.payment_id = p.id AND b.refund_id IS NULL
            ) < (SELECT sum(o.amount) FROM refunds o WHERE o.account_id = p.account_id
                AND o.payment_id = p.id AND o.credit_note_id IS NULL AND o.status = 'SUCCEEDED')
                + (SELECT coalesce(sum(f.from_credits), 0) FROM late_failures f
                    WHERE f.account_id = p.account_id AND f.payment_id = p.id)
            END
        """,
    ),
    Invariant(
        "no refund is open for a day",
        "I6",
        """
        SELECT account_id, 'refund ' || id || ' is ' || status FROM refunds
        WHERE status IN ('CREATED', 'SENT', 'UNKNOWN')
          AND uuid_extract_timestamp(id) < CAST(:now AS timestamptz) - interval '1 day'
        """,
    ),
)
