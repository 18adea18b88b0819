"""Rules M7 and M8 as queries: what usage leaves unpaid is asked for, exactly once."""

from app.store.invariants import Invariant

DEBTS = (
    Invariant(
        "a closed account that owes for usage waits for its next 1st",
        "M7",
        """
        SELECT a.id, 'balance ' || c.balance || ', waits for nothing'
        FROM accounts a JOIN credits c ON c.account_id = a.id
        WHERE a.status = 'CLOSED' AND a.next_bill_at IS NULL AND c.balance < 0
        """,
    ),
)
