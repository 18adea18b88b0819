-- The same month in plain SQL, as somebody would write it who knows that all accounts are alike:
-- who is there now, without history, proration, true-ups, credits or parking.
CREATE TEMPORARY TABLE due ON COMMIT DROP AS
SELECT a.id AS account_id, uuidv7() AS invoice_id, a.invoice_sequence + 1 AS number, a.currency,
    a.billing_timezone, jsonb_build_object('name', coalesce(a.legal_name, a.name), 'address',
        a.address, 'taxId', a.tax_id, 'language', a.language) AS bill_to, s.plan_id, plans.name AS plan, s.term, a.next_bill_at AS at,
    a.next_bill_at::date AS first, (a.next_bill_at + interval '1 month')::date AS next
FROM accounts a
JOIN subscriptions s ON s.account_id = a.id
JOIN plans ON plans.id = s.plan_id
WHERE a.next_bill_at <= :now AND a.status = 'PAID' AND a.parked_at IS NULL;

ANALYZE due;

CREATE TEMPORARY TABLE rented ON COMMIT DROP AS
SELECT account_id, 'LICENSE' AS component, 'L6' AS rule, 'licence' AS label, count(*)::int AS quantity
FROM users WHERE status IN ('ACTIVE', 'PAUSED', 'SUSPENDED') GROUP BY account_id
UNION ALL
SELECT account_id, component, 'A1',
    CASE component WHEN 'LOCAL_NUMBER' THEN 'local number' ELSE '10DLC campaign fee' END, quantity
FROM add_ons WHERE quantity > 0;

ANALYZE rented;

CREATE TEMPORARY TABLE lines ON COMMIT DROP AS
SELECT due.account_id, due.invoice_id, due.at, due.first, due.next, r.component, r.rule,
    p.amount AS unit, r.quantity, due.plan || ' ' || r.label || ', '
        || to_char(due.first, 'FMDD Mon') || ' to ' || to_char(due.next - 1, 'FMDD Mon YYYY')
        AS description
FROM due
JOIN rented r USING (account_id)
JOIN prices p ON p.plan_id = due.plan_id AND p.component = r.component AND p.term = due.term
    AND p.effective @> due.first;

ANALYZE lines;

INSERT INTO invoices (account_id, id, number, kind, status, period, issued_on, due_on,
    currency, billing_timezone, total, paid, credited, refundable, tax, tax_rate, bill_to,
    next_attempt_at, created_at)
SELECT account_id, invoice_id, number, 'RENEWAL', 'OPEN', daterange(first, next), first, first,
    currency, billing_timezone, total, 0, 0, 0, 0, 0, bill_to, at, at
FROM due JOIN (
    SELECT account_id, sum(unit * quantity)::bigint AS total FROM lines GROUP BY account_id
) AS totals USING (account_id);

INSERT INTO charges (account_id, id, invoice_id, component, rule, description, quantity,
    unit_amount, amount, slots, period, derivation, posted_at, tax, replaced)
SELECT account_id, uuidv7(), invoice_id, component, rule, description, quantity, unit,
    unit * quantity, int4range(1, quantity + 1), daterange(first, next),
    jsonb_build_object('version', 1, 'inputs', jsonb_build_object('price', unit, 'months', 1,
        'days', next - first, 'of', next - first, 'quantity', quantity), 'steps',
        jsonb_build_array(to_char(unit / 1e6, 'FM999,990.00') || ' x ' || quantity || ' = '
            || to_char(unit * quantity / 1e6, 'FM999,990.00'))),
    at, 0, false
FROM lines;

INSERT INTO ledger_transfers (account_id, id, debit, credit, amount, kind, reference, effective_at)
SELECT account_id, uuidv7(), 'RECEIVABLE', 'REVENUE', sum(unit * quantity), 'INVOICE', invoice_id, at
FROM lines GROUP BY account_id, invoice_id, at;

UPDATE subscriptions SET current = daterange(due.first, due.next), version = version + 1
FROM due WHERE subscriptions.account_id = due.account_id;

UPDATE accounts SET next_bill_at = due.next::timestamp AT TIME ZONE 'UTC',
    invoice_sequence = due.number, version = version + 1
FROM due WHERE accounts.id = due.account_id;
