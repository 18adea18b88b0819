SELECT jsonb_build_object(
    'id', a.id, 'name', a.name, 'status', a.status, 'billingPolicy', p.billing_policy,
    'billingTimezone', a.billing_timezone,
    'subscription', jsonb_build_object(
        'plan', jsonb_build_object('id', p.id, 'name', p.name), 'term', s.term,
        'currentPeriod', s.current, 'endsOn', s.ends_on),
    'held', (SELECT max(upper(c.slots)) - 1 FROM charges c
        WHERE c.account_id = a.id AND c.component = 'LICENSE' AND NOT c.replaced
          AND c.period @> CAST(:today AS date)),
    'byStatus', (SELECT jsonb_object_agg(status, number) FROM (
        SELECT status, count(*) AS number FROM users WHERE account_id = a.id GROUP BY status) AS u),
    'credits', to_jsonb(k))
FROM accounts a
JOIN subscriptions s ON s.account_id = a.id JOIN plans p ON p.id = s.plan_id
JOIN credits k ON k.account_id = a.id
WHERE a.id = :account;
SELECT u.id, u.first_name, u.last_name, u.email, u.status,
    (SELECT array_agg(role) FROM user_roles r
        WHERE r.account_id = u.account_id AND r.user_id = u.id) AS roles
FROM users u WHERE u.account_id = :account AND u.status <> 'DELETED' ORDER BY u.id LIMIT 21;
SELECT i.id, i.number, i.kind, i.status, i.issued_on, i.due_on, i.currency, i.total,
    i.paid, i.credited,
    (SELECT jsonb_agg(jsonb_build_object('id', c.id, 'description', c.description,
        'quantity', c.quantity, 'unitAmount', c.unit_amount, 'amount', c.amount) ORDER BY c.id)
        FROM charges c WHERE c.account_id = i.account_id AND c.invoice_id = i.id) AS charges
FROM invoices i WHERE i.account_id = :account ORDER BY i.number DESC LIMIT 13
