-- Companies (as many as asked for) that are due for the first time on a 1st: 5 users each, of whom
-- one has been away for two days, and 2 add-ons. Of ten, six are billed by the month, two by the
-- quarter and two by the year; on :month one of the quarters and one of the years begin.
INSERT INTO accounts (id, name, status, currency, billing_timezone, may_go_negative,
    post_paid_subscription, post_paid_usage, next_bill_at, invoice_sequence, credit_note_sequence,
    tax_rate, language, created_at, version)
SELECT uuidv7(), 'Company ' || i, 'PAID', 'USD', 'UTC', false, false, false,
    first.at, 0, 0, 0, 'en', first.at - interval '20 days', 1
FROM generate_series(1, :accounts) AS i
CROSS JOIN LATERAL (SELECT CAST(:month AS timestamptz)
    - CASE i % 10 WHEN 6 THEN interval '3 months' WHEN 8 THEN interval '0' ELSE interval '1 month' END
) AS first (at);

INSERT INTO credits (account_id, balance, enabled, threshold, amount, daily_cap, monthly_cap)
SELECT id, 0, false, 10000000, 100000000, 1000000000, 10000000000 FROM accounts;

INSERT INTO payment_methods
    (account_id, id, provider, token, brand, last4, is_default, created_at)
SELECT id, uuidv7(), 'sandbox', 'card_ok', 'visa', '4242', true, created_at FROM accounts;

INSERT INTO payment_customers (account_id, provider, reference, created_at)
SELECT id, 'sandbox', id::text, created_at FROM accounts;

INSERT INTO subscriptions
    (account_id, id, plan_id, term, current, priced_on, created_at, version)
SELECT id, uuidv7(), 'upro',
    CASE WHEN right(name, 1) IN ('6', '7') THEN 'QUARTERLY'
        WHEN right(name, 1) IN ('8', '9') THEN 'ANNUAL' ELSE 'MONTHLY' END,
    daterange(created_at::date, next_bill_at::date), created_at::date, created_at, 1
FROM accounts;

INSERT INTO users
    (account_id, id, first_name, last_name, name_key, email, status, created_at, version)
SELECT a.id, uuidv7(), 'User', 'No ' || n, 'no ' || n || ' user', 'user' || n || '@example.com',
    'ACTIVE', a.created_at, CASE n WHEN 5 THEN 3 ELSE 1 END
FROM accounts a CROSS JOIN generate_series(1, 5) AS n ORDER BY a.id, n;

INSERT INTO user_roles (account_id, user_id, role)
SELECT account_id, id, CASE last_name WHEN 'No 1' THEN 'ADMINISTRATOR' ELSE 'AGENT' END FROM users;

INSERT INTO log_ins (account_id, user_id, address)
SELECT account_id, id, encode(sha256(convert_to(email, 'UTF8')), 'hex') FROM users;

INSERT INTO user_states
    (account_id, id, user_id, from_status, to_status, policy, version, at, actor)
SELECT u.account_id, uuidv7(), u.id, step.was, step.becomes, 'LICENSE', step.version,
    u.created_at + step.after, 'benchmark'
FROM users u
JOIN (VALUES
    (NULL, 'ACTIVE', 1, interval '0 days'),
    ('ACTIVE', 'PAUSED', 2, interval '7 days'),
    ('PAUSED', 'ACTIVE', 3, interval '9 days')
) AS step (was, becomes, version, after) ON step.version <= u.version
ORDER BY u.account_id, u.id, step.version;

INSERT INTO add_ons (account_id, component, quantity, created_at)
SELECT a.id, o.component, o.quantity, a.created_at
FROM accounts a, (VALUES ('LOCAL_NUMBER', 2), ('CAMPAIGN_10DLC', 1)) AS o (component, quantity);

INSERT INTO add_on_changes (account_id, id, component, quantity, at, actor)
SELECT account_id, uuidv7(), component, quantity, created_at, 'benchmark' FROM add_ons;
