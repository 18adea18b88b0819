"""Rule I3 as queries: no correction exceeds what was billed, and each is accounted for."""

from app.store.invariants import Invariant

CORRECTIONS = (
    Invariant(
        "credit note numbers have no gaps",
        "I3",
        """
        SELECT a.id, 'numbers ' || count(n.id) || ', highest ' || coalesce(max(n.number), 0)
            || ', sequence ' || a.credit_note_sequence
        FROM accounts a LEFT JOIN credit_notes n ON n.account_id = a.id
        GROUP BY a.id
        HAVING count(n.id) <> a.credit_note_sequence OR coalesce(max(n.number), 0) <> count(n.id)
        """,
    ),
    Invariant(
        "a credit note is the sum of its lines",
        "I3",
        """
        SELECT n.account_id, 'credit note ' || n.number || ': ' || n.amount || ' and ' || n.tax
            || ', lines ' || coalesce(sum(l.amount), 0) || ' and ' || coalesce(sum(l.tax), 0)
        FROM credit_notes n LEFT JOIN credit_note_lines l
            ON l.account_id = n.account_id AND l.credit_note_id = n.id
        GROUP BY n.account_id, n.id
        HAVING n.amount <> coalesce(sum(l.amount), 0) OR n.tax <> coalesce(sum(l.tax), 0)
        """,
    ),
    Invariant(
        "what is credited of an invoice is the sum of its credit notes",
        "I3",
        """
        SELECT i.account_id, 'invoice ' || i.number || ': credited ' || i.credited
            || ', notes ' || coalesce(sum(n.amount + n.tax), 0) || '; owed back ' || i.refundable
            || ', notes ' || coalesce(sum(n.refundable), 0)
        FROM invoices i LEFT JOIN credit_notes n
            ON n.account_id = i.account_id AND n.invoice_id = i.id
        GROUP BY i.account_id, i.id
        HAVING i.credited <> coalesce(sum(n.amount + n.tax), 0)
            OR i.refundable <> coalesce(sum(n.refundable), 0) - (
                SELECT coalesce(sum(r.amount), 0) FROM refunds r
                JOIN payments p ON p.account_id = r.account_id AND p.id = r.payment_id
                WHERE p.account_id = i.account_id AND p.invoice_id = i.id
                  AND r.status = 'SUCCEEDED'
                  AND r.credit_note_id IS NOT NULL
            ) - (
                SELECT coalesce(sum(f.owed_back), 0) FROM late_failures f
                JOIN payments p ON p.account_id = f.account_id AND p.id = f.payment_id
                WHERE p.account_id = i.account_id AND p.invoice_id = i.id
            ) + (
                SELECT coalesce(sum(b.owed_back), 0) FROM reinstatements b
                JOIN payments p ON p.account_id = b.account_id AND p.id = b.payment_id
                WHERE p.account_id = i.account_id AND p.invoice_id = i.id
                  AND b.refund_id IS NULL
            )
        """,
    ),
    Invariant(
        "no charge is credited above what was billed, nor by a note of another invoice",
        "I3",
        """
        SELECT c.account_id, 'charge ' || c.id || ': credited ' || sum(l.amount) || ' of '
            || c.amount || ', tax ' || sum(l.tax) || ' of ' || c.tax
        FROM credit_note_lines l
        JOIN charges c ON c.account_id = l.account_id AND c.id = l.charge_id
        JOIN credit_notes n ON n.account_id = l.account_id AND n.id = l.credit_note_id
        GROUP BY c.account_id, c.id
        HAVING sum(l.amount) > c.amount OR sum(l.tax) > c.tax
            OR sum(l.amount) = c.amount AND sum(l.tax) < c.tax
            OR bool_or(n.invoice_id IS DISTINCT FROM c.invoice_id)
        """,
    ),
    Invariant(
        "what is void or given up was decided by somebody",
        "I3",
        """
        SELECT i.account_id, 'invoice ' || i.number || ' is ' || i.status || ', decided '
            || coalesce(d.decided, 'by nobody')
        FROM invoices i LEFT JOIN invoice_decisions d
            ON d.account_id = i.account_id AND d.invoice_id = i.id
        WHERE (d.decided IS NOT NULL OR i.status IN ('VOID', 'UNCOLLECTIBLE'))
          AND i.status IS DISTINCT FROM d.decided
          AND NOT (i.status = 'PAID' AND d.decided = 'UNCOLLECTIBLE')
        """,
    ),
    Invariant(
        "a charge is replaced by the same charge of the invoice that was issued instead",
        "I7",
        """
        SELECT c.account_id, 'charge ' || c.id || ' is replaced'
            || CASE WHEN n.id IS NULL THEN ' by none' ELSE ' by another' END
        FROM charges c
        LEFT JOIN invoice_decisions d ON d.account_id = c.account_id AND d.invoice_id = c.invoice_id
        LEFT JOIN charges n ON n.account_id = c.account_id AND n.replaces = c.id
        WHERE (c.replaced OR n.id IS NOT NULL OR d.replacement_id IS NOT NULL) AND (NOT c.replaced
            OR (n.invoice_id, n.amount, n.derivation, n.period, n.slots) IS DISTINCT FROM
                (d.replacement_id, c.amount, c.derivation, c.period, c.slots))
        """,
    ),
)
