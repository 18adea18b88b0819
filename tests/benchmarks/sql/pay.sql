-- Every open invoice is paid by card, so that it is history.
WITH paid AS (
    UPDATE invoices SET status = 'PAID', paid = total, next_attempt_at = NULL
    WHERE status = 'OPEN' RETURNING account_id, id, total, created_at
),
settled AS (
    INSERT INTO payments (account_id, id, purpose, status, step, invoice_id, payment_method_id,
        provider, amount, fence, attempts, unconfirmed, created_at, sent_at, settled_at)
    SELECT account_id, uuidv7(), 'INVOICE', 'SUCCEEDED', 2, paid.id, m.id, m.provider, total, 1, 1, 1,
        paid.created_at, paid.created_at, paid.created_at
    FROM paid JOIN payment_methods m USING (account_id)
    RETURNING account_id, id, amount, created_at
),
stepped AS (
    INSERT INTO payment_steps (account_id, payment_id, number, previous, from_status, to_status,
        source, created_at)
    SELECT account_id, id, step.number, nullif(step.number, 0) - 1, step.before, step.after,
        'WORKER', created_at
    FROM settled CROSS JOIN (VALUES (0, NULL, 'CREATED'), (1, 'CREATED', 'SENT'),
        (2, 'SENT', 'SUCCEEDED')) AS step (number, before, after)
)
INSERT INTO ledger_transfers
    (account_id, id, debit, credit, amount, kind, reference, effective_at)
SELECT account_id, uuidv7(), 'CLEARING', 'RECEIVABLE', amount, 'PAYMENT', id, created_at
FROM settled;
