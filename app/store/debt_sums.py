"""Rules M7 and M8 as queries: what usage leaves unpaid is asked for, exactly once."""

from app.store.invariants import Invariant

# A cut-off does not see what is posted at its own instant; a change of terms sees what came before.
DEBTS = (
    Invariant(
        "a closed account that owes for usage waits for its next 1st",
        "M7",
        """
        SELECT a.id, 'balance ' || c.balance || ', waits for nothing'
        FROM accounts a JOIN credits c ON c.account_id = a.id
        WHERE a.status = 'CLOSED' AND a.next_bill_at IS NULL
          AND (c.balance < 0 OR EXISTS (SELECT FROM charges u
            WHERE u.account_id = a.id AND u.invoice_id IS NULL))
        """,
    ),
    Invariant(
        "what is paid afterwards is what its history says",
        "M8",
        """
        SELECT a.id, part.name || ' is ' || part.flag || ', the history says '
            || coalesce(last.post_paid, false)
        FROM accounts a
        CROSS JOIN LATERAL (VALUES ('USAGE', a.post_paid_usage),
            ('SUBSCRIPTION', a.post_paid_subscription)) AS part (name, flag)
        LEFT JOIN LATERAL (
            SELECT post_paid FROM post_paid_changes h
            WHERE h.account_id = a.id AND h.part = part.name ORDER BY h.at DESC, h.id DESC LIMIT 1
        ) AS last ON true
        WHERE part.flag <> coalesce(last.post_paid, false)
        """,
    ),
    Invariant(
        "nothing is topped up that is paid afterwards",
        "M8",
        """
        SELECT a.id, 'automatic top-up is on, and usage is paid afterwards'
        FROM accounts a JOIN credits c ON c.account_id = a.id
        WHERE a.post_paid_usage AND c.enabled
        """,
    ),
    Invariant(
        "what was cleared of a balance is what debt lines ask for",
        "M7",
        """
        SELECT coalesce(l.account_id, c.account_id), 'at ' || coalesce(l.at, c.at) || ': cleared '
            || coalesce(l.total, 0) || ', lines ' || coalesce(c.total, 0)
        FROM (
            SELECT account_id, effective_at AS at, sum(amount) AS total FROM ledger_transfers
            WHERE kind = 'DEBT' AND credit = 'CREDITS' GROUP BY account_id, effective_at
        ) AS l FULL JOIN (
            SELECT account_id, posted_at AS at, sum(amount) AS total FROM charges
            WHERE rule IN ('M7', 'M8') AND replaces IS NULL GROUP BY account_id, posted_at
        ) AS c ON c.account_id = l.account_id AND c.at = l.at
        WHERE l.total IS DISTINCT FROM c.total
        """,
    ),
    Invariant(
        "a debt that is settled leaves a balance of exactly zero",
        "M7",
        """
        SELECT account_id, 'at ' || effective_at || ': ' || balance || ' is left' FROM (
            SELECT *, lead(reference) OVER moves AS following,
                sum(CASE WHEN credit = 'CREDITS' THEN amount ELSE -amount END) OVER moves AS balance
            FROM (
                SELECT t.*, t.kind IN ('DEBT', 'DEBT_ROUNDING') AS settles,
                    t.kind NOT IN ('DEBT', 'DEBT_ROUNDING') OR h.id IS NOT NULL AS in_turn
                FROM ledger_transfers t LEFT JOIN post_paid_changes h
                    ON h.account_id = t.account_id AND h.id = t.reference
                WHERE 'CREDITS' IN (t.debit, t.credit)
            ) AS moved
            WINDOW moves AS (PARTITION BY account_id ORDER BY effective_at, in_turn, id)
        ) AS settled
        WHERE settles AND following IS DISTINCT FROM reference AND balance <> 0
        """,
    ),
    Invariant(
        "no settlement rounds more than half a cent",
        "C4",
        """
        SELECT account_id, 'rounded ' || amount || ' at ' || effective_at FROM ledger_transfers
        WHERE 'ROUNDING' IN (debit, credit) AND amount > 5000
        """,
    ),
)
