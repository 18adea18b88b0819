-- What a month has written, by table, for whoever wants to write it again.
CREATE UNLOGGED TABLE kept_invoices AS SELECT * FROM invoices WHERE issued_on = :day;

CREATE UNLOGGED TABLE kept_unbilled AS SELECT c.account_id, c.id, c.invoice_id
FROM charges c JOIN kept_invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
WHERE c.posted_at < i.created_at;

CREATE UNLOGGED TABLE kept_charges AS SELECT c.*
FROM charges c JOIN kept_invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
WHERE c.posted_at = i.created_at;

CREATE UNLOGGED TABLE kept_ledger_transfers AS SELECT * FROM ledger_transfers
WHERE kind = 'INVOICE' AND effective_at = :month;

CREATE UNLOGGED TABLE kept_billing_run_accounts AS SELECT * FROM billing_run_accounts
WHERE period = :day;

CREATE UNLOGGED TABLE kept_subscriptions AS SELECT account_id, plan_id, term, current, priced_on
FROM subscriptions WHERE lower(current) = :day;

CREATE UNLOGGED TABLE kept_accounts AS SELECT id, next_bill_at, invoice_sequence FROM accounts;

GRANT SELECT ON kept_invoices, kept_unbilled, kept_charges, kept_ledger_transfers,
    kept_billing_run_accounts, kept_subscriptions, kept_accounts TO perseat_worker;
