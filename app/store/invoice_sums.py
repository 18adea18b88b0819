"""Rules I3 and I4 as queries: what invoices and credit notes say adds up, and so do the books."""

from app.store.invariants import Invariant

_BOOK = """(
    SELECT account_id, sum(CASE WHEN debit = '{book}' THEN amount ELSE -amount END) AS total
    FROM ledger_transfers WHERE '{book}' IN (debit, credit) GROUP BY account_id)"""
_DUE = "total - paid - credited + refundable"


def _agrees(book: str, sums: str) -> str:
    """Accounts whose book is not what `sums` gives of them: (account_id, total) each."""
    return f"""
        SELECT coalesce(l.account_id, i.account_id),
            'ledger ' || coalesce(l.total, 0) || ', invoices ' || coalesce(i.total, 0)
        FROM {_BOOK.format(book=book)} l FULL JOIN ({sums}) i USING (account_id)
        WHERE coalesce(l.total, 0) <> coalesce(i.total, 0)
        """


INVOICES = (
    Invariant(
        "what is receivable is what invoices ask for, and settled debts that wait for one",
        "I4",
        _agrees(
            "RECEIVABLE",
            f"""SELECT account_id, sum(due) AS total FROM (
                SELECT account_id, {_DUE} AS due FROM invoices
                WHERE status IN ('OPEN', 'PAID', 'PAST_DUE')
                UNION ALL SELECT account_id, amount FROM charges
                WHERE invoice_id IS NULL AND rule IN ('M7', 'M8')
            ) AS asked GROUP BY account_id""",
        ),
    ),
    Invariant(
        "bad debt is what was given up and has not been paid since",
        "I3",
        _agrees(
            "BAD_DEBT",
            f"""SELECT account_id, sum({_DUE}) AS total FROM invoices
            WHERE status = 'UNCOLLECTIBLE' GROUP BY account_id""",
        ),
    ),
    Invariant(
        "what is owed back is what was paid and then credited",
        "I4",
        _agrees(
            "REFUNDS",
            "SELECT account_id, -sum(refundable) AS total FROM invoices GROUP BY account_id",
        ),
    ),
    Invariant(
        "tax that is owed is what invoices ask less what was credited",
        "I4",
        _agrees(
            "TAX",
            """SELECT account_id, sum(total) AS total FROM (
                SELECT account_id, -tax AS total FROM invoices WHERE status <> 'VOID'
                UNION ALL SELECT account_id, tax FROM credit_notes
            ) AS taxes GROUP BY account_id""",
        ),
    ),
    Invariant(
        "an invoice is the sum of its charges and their tax",
        "I4",
        """
        SELECT i.account_id, 'invoice ' || i.number || ': total ' || i.total || ', tax ' || i.tax
            || ', charges ' || coalesce(sum(c.amount), 0) || ', their tax '
            || coalesce(sum(c.tax), 0)
        FROM invoices i LEFT JOIN charges c ON c.account_id = i.account_id AND c.invoice_id = i.id
        GROUP BY i.account_id, i.id
        HAVING i.total <> coalesce(sum(c.amount + c.tax), 0) OR i.tax <> coalesce(sum(c.tax), 0)
        """,
    ),
    Invariant(
        "the tax of an invoice is its rate of what is taxable, rounded once",
        "I4",
        """
        SELECT i.account_id, 'invoice ' || i.number || ': tax ' || i.tax || ' at ' || i.tax_rate
        FROM invoices i WHERE i.tax <> CASE WHEN i.kind = 'TOP_UP' THEN 0 ELSE
            div(2 * (i.total - i.tax)::numeric * i.tax_rate + 10000000000, 20000000000) * 10000 END
        """,
    ),
    Invariant(
        "invoice numbers have no gaps",
        "I3",
        """
        SELECT a.id, 'numbers ' || count(i.id) || ', highest ' || coalesce(max(i.number), 0)
            || ', sequence ' || a.invoice_sequence
        FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id
        GROUP BY a.id
        HAVING count(i.id) <> a.invoice_sequence OR coalesce(max(i.number), 0) <> count(i.id)
        """,
    ),
)
