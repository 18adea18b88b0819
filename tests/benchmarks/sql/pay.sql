-- Every open invoice is paid by card, so that it is history.
WITH paid AS (
    UPDATE invoices SET status = 'PAID', paid = total, next_attempt_at = NULL
    WHERE status = 'OPEN' RETURNING account_id, id, total, created_at
),
settled AS (
    INSERT INTO payments (account_id, id, purpose, status, invoice_id, payment_method_id, amount,
        fence, attempts, created_at, settled_at)
    SELECT account_id, uuidv7(), 'INVOICE', 'SUCCEEDED', paid.id, m.id, total, 1, 1,
        paid.created_at, paid.created_at
    FROM paid JOIN payment_methods m USING (account_id)
    RETURNING account_id, id, amount, created_at
)
INSERT INTO ledger_transfers
    (account_id, id, debit, credit, amount, kind, reference, effective_at)
SELECT account_id, uuidv7(), 'CLEARING', 'RECEIVABLE', amount, 'PAYMENT', id, created_at
FROM settled;
