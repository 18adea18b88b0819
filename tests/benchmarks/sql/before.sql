-- Where everybody stood before the month.
CREATE UNLOGGED TABLE before_subscriptions AS SELECT account_id, current, priced_on FROM subscriptions;

CREATE UNLOGGED TABLE before_accounts AS SELECT id, next_bill_at, invoice_sequence FROM accounts;
