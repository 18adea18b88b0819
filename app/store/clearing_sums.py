"""Invariants of the money between us and the payment provider."""

from app.store.invariants import Invariant

_TAKEN = "p.status IN ('SUCCEEDED', 'REFUNDED')"
_CONFIRMED = """SELECT FROM ledger_transfers t WHERE t.account_id = p.account_id
        AND t.kind = 'SETTLEMENT' AND t.reference = p.id"""

CLEARING = (
    Invariant(
        "what is in clearing was taken and is not confirmed by the provider yet",
        "L5",
        f"""
        SELECT coalesce(taken.account_id, moved.account_id), 'clearing '
            || coalesce(moved.total, 0) || ', unconfirmed payments ' || coalesce(taken.total, 0)
        FROM (SELECT account_id, sum(amount) AS total FROM (
                SELECT p.account_id, p.amount FROM payments p
                WHERE {_TAKEN} AND NOT EXISTS ({_CONFIRMED})
                UNION ALL SELECT account_id, -amount FROM refunds WHERE status = 'SUCCEEDED'
                UNION ALL SELECT account_id, -amount FROM late_failures
              ) AS parts GROUP BY account_id) taken
        FULL JOIN (SELECT account_id,
                sum(CASE WHEN debit = 'CLEARING' THEN amount ELSE -amount END) AS total
              FROM ledger_transfers WHERE 'CLEARING' IN (debit, credit) GROUP BY account_id) moved
            USING (account_id)
        WHERE coalesce(taken.total, 0) <> coalesce(moved.total, 0)
        """,
    ),
    Invariant(
        "the provider confirms a payment that has succeeded, by its whole amount",
        "L5",
        f"""
        SELECT t.account_id, 'payment ' || t.reference FROM ledger_transfers t
        LEFT JOIN payments p ON p.account_id = t.account_id AND p.id = t.reference AND {_TAKEN}
        WHERE t.kind = 'SETTLEMENT' AND (p.amount IS DISTINCT FROM t.amount
            OR (t.debit, t.credit) <> ('BANK', 'CLEARING'))
        """,
    ),
    Invariant(
        "nothing stays in clearing for more than three days",
        "P5",
        f"""
        SELECT p.account_id, 'payment ' || p.id || ' was never confirmed' FROM payments p
        JOIN ledger_transfers moved ON moved.account_id = p.account_id
            AND moved.kind = 'PAYMENT' AND moved.reference = p.id
        WHERE {_TAKEN} AND NOT EXISTS ({_CONFIRMED})
          AND uuid_extract_timestamp(moved.id) < CAST(:now AS timestamptz) - interval '3 days'
        """,
    ),
    Invariant(
        "what a payment provider has told is looked into within a day",
        "P6",
        """
        SELECT account_id, 'event ' || id || ' of ' || provider || ', ' || attempts || ' looks'
        FROM provider_events WHERE processed_at IS NULL
          AND received_at < CAST(:now AS timestamptz) - interval '1 day'
        """,
    ),
)
