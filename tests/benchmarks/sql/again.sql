-- The same rows in plain SQL, in one transaction, with nothing to compute any more: the least that
-- writing this month can cost in this schema.
INSERT INTO invoices SELECT * FROM kept_invoices;

INSERT INTO charges SELECT * FROM kept_charges;

UPDATE charges SET invoice_id = k.invoice_id FROM kept_unbilled k
WHERE k.account_id = charges.account_id AND k.id = charges.id AND charges.invoice_id IS NULL;

INSERT INTO ledger_transfers SELECT * FROM kept_ledger_transfers;

UPDATE subscriptions s SET current = k.current, plan_id = k.plan_id, term = k.term,
    priced_on = k.priced_on, version = s.version + 1
FROM kept_subscriptions k WHERE k.account_id = s.account_id;

INSERT INTO billing_run_accounts SELECT * FROM kept_billing_run_accounts;

UPDATE accounts a SET next_bill_at = k.next_bill_at, invoice_sequence = k.invoice_sequence,
    version = a.version + 1
FROM kept_accounts k WHERE k.id = a.id AND k.next_bill_at <> a.next_bill_at;
