SET LOCAL session_replication_role = replica;
INSERT INTO usage_events (account_id, id, source, event_id, kind, direction, line_type, initiator,
    quantity, happened_at, posted_at, rate, amount, included, fee_rate, fee, deferred, batch_id)
SELECT a.id, uuidv7(), 'before', 'event-' || n, 'SMS_SEGMENT', 'OUTBOUND', 'LOCAL', 'AUTOMATION',
    2, a.created_at + n * interval '1 millisecond', a.created_at + n * interval '1 millisecond',
    15000, 30000, false, 0, 0, false, '00000000-0000-7000-8000-000000000000'
FROM accounts a
CROSS JOIN generate_series(1, :filled / (SELECT count(*) FROM accounts)) AS n
