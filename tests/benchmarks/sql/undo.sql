-- As if the month had not been billed; by the superuser, whom no trigger and no privilege holds.
SET LOCAL session_replication_role = replica;

DELETE FROM billing_run_accounts WHERE period = :day;

DELETE FROM ledger_transfers WHERE kind = 'INVOICE' AND effective_at = :month;

DELETE FROM charges WHERE posted_at = :month AND invoice_id IS NOT NULL;

UPDATE charges SET invoice_id = NULL FROM kept_unbilled k
WHERE k.account_id = charges.account_id AND k.id = charges.id;

DELETE FROM invoices WHERE issued_on = :day;

UPDATE subscriptions s SET current = b.current, priced_on = b.priced_on
FROM before_subscriptions b WHERE b.account_id = s.account_id AND b.current <> s.current;

UPDATE accounts a SET next_bill_at = b.next_bill_at, invoice_sequence = b.invoice_sequence
FROM before_accounts b WHERE b.id = a.id;
