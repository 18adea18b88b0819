"""Invariants of credits: the balance, what is held of it, and what is told of it."""

from app.store.invariants import Invariant

CREDITS = (
    Invariant(
        "the credit balance is the sum of its ledger",
        "M4",
        """
        SELECT c.account_id, 'balance ' || c.balance || ', ledger ' || coalesce(l.total, 0)
        FROM credits c LEFT JOIN (
            SELECT account_id,
                sum(CASE WHEN credit = 'CREDITS' THEN amount ELSE -amount END) total
            FROM ledger_transfers WHERE 'CREDITS' IN (debit, credit) GROUP BY account_id
        ) l USING (account_id) WHERE c.balance <> coalesce(l.total, 0)
        """,
    ),
    Invariant(
        "what was used of a hold is the sum of its events",
        "M4",
        """
        SELECT h.account_id, 'hold ' || h.reference || ': used ' || h.used || ', events '
            || coalesce(e.total, 0)
        FROM usage_holds h LEFT JOIN (
            SELECT account_id, hold_id, sum(amount) AS total FROM usage_events
            WHERE hold_id IS NOT NULL GROUP BY account_id, hold_id
        ) e ON e.account_id = h.account_id AND e.hold_id = h.id
        WHERE h.used <> coalesce(e.total, 0)
        """,
    ),
    Invariant(
        "an alert is armed exactly while the balance is above it",
        "M4",
        """
        SELECT a.account_id, 'alert at ' || a.threshold || ', balance ' || c.balance
        FROM credit_alerts a JOIN credits c ON c.account_id = a.account_id
        WHERE a.active AND a.armed <> (c.balance > a.threshold)
        """,
    ),
    Invariant(
        "what has crossed an alert has come to it",
        "M4",
        """
        SELECT c.account_id, 'alert at ' || a.threshold || ', told at ' || c.balance
        FROM alert_crossings c
        JOIN credit_alerts a ON a.account_id = c.account_id AND a.id = c.alert_id
        WHERE c.balance > a.threshold
        """,
    ),
)
