-- What happens in the month before :month: a hire on the 16th, which a monthly company owes from that
-- day on (of ten, one) and a long term's true-up will find (one), and somebody who leaves (one).
CREATE TEMPORARY TABLE hired ON COMMIT DROP AS
SELECT id AS account_id, uuidv7() AS id, right(name, 1) = '5' AS monthly,
    CAST(:month AS timestamptz) - interval '16 days' + interval '12 hours' AS at
FROM accounts
WHERE right(name, 1) = '5' OR (right(name, 1) IN ('7', '9') AND left(right(name, 2), 1) IN ('0', '2', '4', '6', '8'));

INSERT INTO users
    (account_id, id, first_name, last_name, name_key, email, status, created_at, version)
SELECT account_id, id, 'User', 'No 6', 'no 6 user', 'user6@example.com', 'ACTIVE', at, 1 FROM hired;

INSERT INTO user_roles (account_id, user_id, role) SELECT account_id, id, 'AGENT' FROM hired;

INSERT INTO log_ins (account_id, user_id, address)
SELECT account_id, id, encode(sha256('user6@example.com'), 'hex') FROM hired;

INSERT INTO user_states
    (account_id, id, user_id, from_status, to_status, policy, version, at, actor)
SELECT account_id, uuidv7(), id, NULL, 'ACTIVE', 'LICENSE', 1, at, 'benchmark' FROM hired;

INSERT INTO charges (account_id, id, component, rule, description, quantity, unit_amount, amount,
    slots, period, derivation, posted_at, tax, replaced)
SELECT account_id, uuidv7(), 'LICENSE', 'L3', 'uPro licence', 1, unit.amount, unit.amount,
    '[6,7)', daterange(at::date, month.next), jsonb_build_object('version', 1, 'inputs',
        jsonb_build_object('price', 70000000, 'months', 1, 'days', days.of, 'of', month.days,
            'quantity', 1), 'steps', jsonb_build_array()),
    at, 0, false
FROM hired
CROSS JOIN LATERAL (SELECT CAST(:month AS timestamptz)::date AS next, extract(day
    FROM CAST(:month AS timestamptz) - interval '1 day')::int AS days) AS month
CROSS JOIN LATERAL (SELECT month.next - at::date AS of) AS days
CROSS JOIN LATERAL (SELECT round(7000.0 * days.of / month.days)::bigint * 10000 AS amount) AS unit
WHERE monthly;

INSERT INTO user_states
    (account_id, id, user_id, from_status, to_status, policy, version, at, actor)
SELECT u.account_id, uuidv7(), u.id, 'ACTIVE', 'DELETED', 'LICENSE', 2,
    CAST(:month AS timestamptz) - interval '10 days', 'benchmark'
FROM users u JOIN accounts a ON a.id = u.account_id
WHERE right(a.name, 1) = '1' AND u.last_name = 'No 4';

UPDATE users SET status = 'DELETED', version = 2 FROM accounts a
WHERE a.id = users.account_id AND right(a.name, 1) = '1' AND users.last_name = 'No 4';

DELETE FROM log_ins l USING users u
WHERE u.account_id = l.account_id AND u.id = l.user_id AND u.status = 'DELETED';
