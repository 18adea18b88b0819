"""Invariants of the money between us and the payment provider."""

from app.store.invariants import Invariant
from app.store.refund_sums import WENT_BACK

_TAKEN = "p.status IN ('SUCCEEDED', 'REFUNDED')"
_MOVED = f"""(
    SELECT p.account_id, p.id, p.amount, 'BANK' AS debit, 'CLEARING' AS credit FROM payments p
    WHERE {_TAKEN}
    UNION ALL SELECT account_id, id, amount, 'CLEARING', 'BANK' FROM {WENT_BACK} AS went
    UNION ALL SELECT account_id, id, amount, 'BANK', 'CLEARING' FROM reinstatements
    WHERE amount > 0)"""
"""What payments have moved, back and forth, and how the provider confirms it."""
_BACK_AND_FORTH = f"""(
    SELECT p.account_id, p.id, p.id AS payment_id FROM payments p WHERE {_TAKEN}
    UNION ALL SELECT account_id, id, payment_id FROM {WENT_BACK} AS went
    UNION ALL SELECT account_id, id, payment_id FROM reinstatements WHERE amount > 0)"""
_CONFIRMED = """SELECT FROM ledger_transfers t WHERE t.account_id = p.account_id
        AND t.kind = 'SETTLEMENT' AND t.reference = p.id"""

CLEARING = (
    Invariant(
        "what is in clearing was taken and is not confirmed by the provider yet",
        "L5",
        f"""
        SELECT coalesce(taken.account_id, moved.account_id), 'clearing '
            || coalesce(moved.total, 0) || ', unconfirmed ' || coalesce(taken.total, 0)
        FROM (SELECT account_id,
                sum(CASE WHEN debit = 'BANK' THEN amount ELSE -amount END) AS total
              FROM {_MOVED} p WHERE NOT EXISTS ({_CONFIRMED}) GROUP BY account_id) taken
        FULL JOIN (SELECT account_id,
                sum(CASE WHEN debit = 'CLEARING' THEN amount ELSE -amount END) AS total
              FROM ledger_transfers WHERE 'CLEARING' IN (debit, credit) GROUP BY account_id) moved
            USING (account_id)
        WHERE coalesce(taken.total, 0) <> coalesce(moved.total, 0)
        """,
    ),
    Invariant(
        "the provider confirms what was taken and what went back, by its whole amount",
        "L5",
        f"""
        SELECT t.account_id, 'settlement of ' || t.reference FROM ledger_transfers t
        LEFT JOIN {_MOVED} p ON p.account_id = t.account_id AND p.id = t.reference
        WHERE t.kind = 'SETTLEMENT' AND (p.amount IS DISTINCT FROM t.amount
            OR (t.debit, t.credit) IS DISTINCT FROM (p.debit, p.credit))
        """,
    ),
    Invariant(
        "a payment counts what the provider has not confirmed of it yet",
        "L5",
        f"""
        SELECT p.account_id, p.id || ' counts ' || p.unconfirmed || ' of ' || count(moved.id)
        FROM payments p LEFT JOIN (
            SELECT account_id, id, payment_id FROM {_BACK_AND_FORTH} AS every
            WHERE NOT EXISTS (SELECT FROM ledger_transfers t WHERE t.account_id = every.account_id
                AND t.kind = 'SETTLEMENT' AND t.reference = every.id)
        ) AS moved ON moved.account_id = p.account_id AND moved.payment_id = p.id
        GROUP BY p.account_id, p.id HAVING p.unconfirmed <> count(moved.id)
        """,
    ),
    Invariant(
        "nothing stays in clearing for more than three days",
        "P5",
        f"""
        SELECT p.account_id, p.id || ' was never confirmed' FROM {_MOVED} p
        JOIN ledger_transfers moved ON moved.account_id = p.account_id
            AND moved.kind IN ('PAYMENT', 'REFUND_PAID', 'LATE_FAILURE', 'RETURNED',
                'OWED_AGAIN', 'RETURNED_TO_CREDITS', 'TAKEN_FROM_CREDITS')
            AND moved.reference = p.id
        WHERE NOT EXISTS ({_CONFIRMED})
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
