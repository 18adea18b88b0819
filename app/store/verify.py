"""Every invariant that no constraint can hold, as a query: its rows are what is wrong."""

from app.store.audit_sums import AUDIT
from app.store.clearing_sums import CLEARING
from app.store.correction_sums import CORRECTIONS
from app.store.credit_sums import CREDITS
from app.store.debt_sums import DEBTS
from app.store.invariants import Invariant
from app.store.invoice_sums import INVOICES
from app.store.license_days import LICENSE_DAYS
from app.store.refund_sums import REFUNDS
from app.store.session_sums import SESSIONS
from app.store.top_up_sums import TOP_UPS
from app.store.usage_sums import USAGE

INVARIANTS = (
    *CREDITS,
    *INVOICES,
    *CORRECTIONS,
    *DEBTS,
    Invariant(
        "rectangles of a component stand on each other without a gap",
        "I7",
        """
        SELECT days.account_id, days.component || ' on ' || days.day
            || ': ' || sum(upper(c.slots) - lower(c.slots)) || ' units, highest '
            || max(upper(c.slots)) - 1
        FROM (SELECT DISTINCT account_id, component, lower(period) AS day FROM charges
              WHERE component IS NOT NULL AND upgrade = 0 AND NOT replaced) days
        JOIN charges c ON c.account_id = days.account_id AND c.component = days.component
            AND c.upgrade = 0 AND NOT c.replaced AND c.period @> days.day
        GROUP BY days.account_id, days.component, days.day
        HAVING sum(upper(c.slots) - lower(c.slots)) <> max(upper(c.slots)) - 1
        """,
    ),
    Invariant(
        "an upgrade is paid for what was held on its day",
        "L7",
        """
        SELECT u.account_id, 'upgrade of ' || u.period || ': ' || u.quantity || ' of '
            || u.component || ', ' || coalesce(held.number, 0) || ' held'
        FROM charges u CROSS JOIN LATERAL (
            SELECT max(upper(c.slots)) - 1 AS number FROM charges c
            WHERE c.account_id = u.account_id AND c.component = u.component AND c.upgrade = 0
              AND c.replaces IS NULL AND c.period @> lower(u.period)
              AND upper(c.period) = upper(u.period)
              AND c.posted_at <= u.posted_at AND c.id < u.id
        ) AS held
        WHERE u.upgrade > 0 AND u.replaces IS NULL
          AND u.slots IS DISTINCT FROM int4range(1, held.number + 1)
        """,
    ),
    *LICENSE_DAYS,
    Invariant(
        "an account is billed until its watermark",
        "C5",
        """
        SELECT a.id, 'due since ' || a.next_bill_at FROM accounts a
        WHERE a.parked_at IS NULL
          AND a.next_bill_at < coalesce(a.test_clock, :now) - interval '1 day'
        """,
    ),
    Invariant(
        "no account waits for an operator",
        "C5",
        "SELECT id, 'parked: ' || parked_reason FROM accounts WHERE parked_at IS NOT NULL",
    ),
    Invariant(
        "the paid term holds the day before the watermark",
        "C2",
        """
        SELECT a.id, 'term ' || s.current || ', next bill ' || a.next_bill_at
        FROM accounts a JOIN subscriptions s ON s.account_id = a.id
        WHERE a.status NOT IN ('TRIAL', 'CLOSED') AND (s.current IS NULL OR NOT s.current @>
            ((a.next_bill_at AT TIME ZONE a.billing_timezone)::date - 1))
        """,
    ),
    *USAGE,
    Invariant(
        "each payment that succeeded moved its money once",
        "M5",
        """
        SELECT coalesce(p.account_id, t.account_id), 'payment ' || coalesce(p.id, t.reference)
        FROM (SELECT * FROM payments WHERE status IN ('SUCCEEDED', 'REFUNDED')) p
        FULL JOIN (SELECT * FROM ledger_transfers WHERE kind = 'PAYMENT') t
            ON t.account_id = p.account_id AND t.reference = p.id
        WHERE p.amount IS DISTINCT FROM t.amount
        """,
    ),
    Invariant(
        "an invoice is paid by its payments",
        "I4",
        """
        SELECT i.account_id, 'invoice ' || i.number || ': paid ' || i.paid || ', payments '
            || coalesce(sum(p.amount - p.gone), 0)
        FROM invoices i LEFT JOIN (
            SELECT account_id, invoice_id, amount, (
                SELECT coalesce(sum(r.amount), 0) FROM refunds r WHERE r.account_id = p.account_id
                  AND r.payment_id = p.id AND r.status = 'SUCCEEDED'
                  AND r.credit_note_id IS NOT NULL
            ) + (
                SELECT coalesce(sum(f.amount - f.from_credits), 0) FROM late_failures f
                WHERE f.account_id = p.account_id AND f.payment_id = p.id
                  AND p.purpose = 'INVOICE'
            ) - (
                SELECT coalesce(sum(b.amount - b.to_credits), 0) FROM reinstatements b
                WHERE b.account_id = p.account_id AND b.payment_id = p.id
                  AND b.refund_id IS NULL AND p.purpose = 'INVOICE'
            ) AS gone FROM payments p WHERE status IN ('SUCCEEDED', 'REFUNDED')
        ) AS p ON p.account_id = i.account_id AND p.invoice_id = i.id
        GROUP BY i.account_id, i.id HAVING i.paid <> coalesce(sum(p.amount - p.gone), 0)
        """,
    ),
    Invariant(
        "credits were bought by payments that succeeded",
        "M5",
        """
        SELECT coalesce(p.account_id, t.account_id), 'payment ' || coalesce(p.id, t.reference)
        FROM (SELECT * FROM payments
              WHERE status IN ('SUCCEEDED', 'REFUNDED') AND purpose <> 'INVOICE') p
        FULL JOIN (SELECT * FROM ledger_transfers WHERE kind = 'TOP_UP') t
            ON t.account_id = p.account_id AND t.reference = p.id
        WHERE p.amount IS DISTINCT FROM t.amount OR p.invoice_id IS NULL
        """,
    ),
    *CLEARING,
    *REFUNDS,
    *TOP_UPS,
    Invariant(
        "a user is what the history says",
        "U1",
        """
        SELECT u.account_id, 'user ' || u.id || ' is ' || u.status || ', history '
            || coalesce(last.to_status, 'none')
        FROM users u LEFT JOIN LATERAL (
            SELECT to_status FROM user_states s
            WHERE s.account_id = u.account_id AND s.user_id = u.id ORDER BY version DESC LIMIT 1
        ) AS last ON true WHERE u.status IS DISTINCT FROM last.to_status
        UNION ALL
        SELECT account_id, 'user ' || user_id || ' was never ' || from_status
        FROM (SELECT *, lag(to_status) OVER (PARTITION BY account_id, user_id ORDER BY version)
              AS before FROM user_states) AS steps
        WHERE from_status IS DISTINCT FROM before
        """,
    ),
    Invariant(
        "nobody who is deleted is assigned or rings",
        "U5",
        """
        SELECT u.account_id, 'user ' || u.id || ' is deleted, and still in ' || part.name
        FROM users u CROSS JOIN LATERAL (
            SELECT 'lines' AS name WHERE EXISTS (SELECT FROM lines t
                WHERE t.account_id = u.account_id AND t.owner_id = u.id)
            UNION ALL SELECT 'ring groups' WHERE EXISTS (SELECT FROM ring_group_members t
                WHERE t.account_id = u.account_id AND t.user_id = u.id)
            UNION ALL SELECT 'contact lists' WHERE EXISTS (SELECT FROM contact_lists t
                WHERE t.account_id = u.account_id AND t.owner_id = u.id)
            UNION ALL SELECT 'contacts' WHERE EXISTS (SELECT FROM contacts t
                WHERE t.account_id = u.account_id AND t.assigned_to = u.id)
            UNION ALL SELECT 'communications' WHERE EXISTS (SELECT FROM communications t
                WHERE t.account_id = u.account_id AND t.user_id = u.id)
        ) AS part
        WHERE u.status = 'DELETED'
        """,
    ),
    Invariant(
        "somebody who can log in administers each account",
        "U3",
        """
        SELECT a.id, 'no administrator' FROM accounts a WHERE NOT EXISTS (
            SELECT FROM user_roles r
            JOIN users u ON u.account_id = r.account_id AND u.id = r.user_id
            WHERE r.account_id = a.id AND r.role = 'ADMINISTRATOR'
              AND u.status IN ('ACTIVE', 'PAUSED'))
        """,
    ),
    Invariant(
        "add-ons are the sum of their changes",
        "A1",
        """
        SELECT o.account_id, o.component || ': ' || o.quantity || ', changes '
            || coalesce(sum(c.quantity), 0)
        FROM add_ons o LEFT JOIN add_on_changes c USING (account_id, component)
        GROUP BY o.account_id, o.component, o.quantity
        HAVING o.quantity <> coalesce(sum(c.quantity), 0)
        """,
    ),
    Invariant(
        "what runs have billed is what invoices say",
        "C5",
        """
        SELECT coalesce(r.account_id, i.account_id), 'run ' || coalesce(r.period
            || ': ' || r.kind || ' of ' || r.total, 'none') || ', invoice ' || coalesce(i.number
            || ': ' || i.kind || ' of ' || i.total, 'none')
        FROM (SELECT * FROM billing_run_accounts WHERE status = 'BILLED') r
        FULL JOIN (
            SELECT invoices.* FROM invoices JOIN (
                SELECT account_id, min(period) AS first FROM billing_run_accounts
                WHERE status IN ('BILLED', 'NOTHING') GROUP BY account_id
            ) AS known USING (account_id)
            WHERE kind IN ('RENEWAL', 'TRUE_UP') AND lower(period) >= known.first
              AND NOT EXISTS (SELECT FROM invoice_decisions d
                WHERE d.account_id = invoices.account_id AND d.replacement_id = invoices.id)
        ) i ON i.account_id = r.account_id AND i.id = r.invoice_id
        WHERE (r.period, r.kind, r.total) IS DISTINCT FROM (lower(i.period), i.kind, i.total)
        """,
    ),
    Invariant(
        "each cut-off up to the next one is settled by one run",
        "C5",
        """
        SELECT a.id, known.count || ' settled since ' || known.first || ', next bill '
            || a.next_bill_at
        FROM accounts a JOIN (
            SELECT account_id, min(period) AS first, count(*) FROM billing_run_accounts
            WHERE status IN ('BILLED', 'NOTHING') GROUP BY account_id
        ) AS known ON known.account_id = a.id
        CROSS JOIN LATERAL (
            SELECT age(date_trunc('month', a.next_bill_at AT TIME ZONE a.billing_timezone),
                known.first) AS gone
        ) AS time
        WHERE a.status NOT IN ('TRIAL', 'CLOSED')
          AND known.count <> extract(year FROM gone) * 12 + extract(month FROM gone)
        """,
    ),
    Invariant(
        "no payment is open for a day",
        "I6",
        """
        SELECT account_id, 'payment ' || id || ' is ' || status FROM payments
        WHERE status IN ('CREATED', 'SENT', 'UNKNOWN')
          AND uuid_extract_timestamp(id) < CAST(:now AS timestamptz) - interval '1 day'
        """,
    ),
    Invariant(
        "an open invoice is being collected",
        "I6",
        """
        SELECT i.account_id, 'invoice ' || i.number || ' waits for nothing' FROM invoices i
        WHERE i.status = 'OPEN' AND i.next_attempt_at IS NULL AND NOT EXISTS (
            SELECT FROM payments p WHERE p.account_id = i.account_id AND p.invoice_id = i.id
              AND p.status IN ('CREATED', 'SENT', 'UNKNOWN'))
        """,
    ),
    Invariant(
        "work in the outbox is done within ten minutes",
        "C5",
        """
        SELECT account_id, kind || ' job ' || id || ', rung ' || rings || ' times' FROM outbox
        WHERE done_at IS NULL AND created_at < CAST(:now AS timestamptz) - interval '10 minutes'
        """,
    ),
    *AUDIT,
    Invariant(
        "each webhook is of an event of its account, while events are kept",
        "W5",
        """
        SELECT account_id, 'webhook ' || id || ' of no event' FROM webhook_deliveries d
        WHERE NOT EXISTS (SELECT FROM events e
            WHERE e.account_id = d.account_id AND e.id = d.event_id)
          AND uuid_extract_timestamp(d.event_id) > CAST(:now AS timestamptz) - interval '34 days'
        """,
    ),
    Invariant(
        "a webhook arrives or is given up before its endpoint has failed for six days",
        "W5",
        """
        SELECT e.account_id, 'webhook ' || d.id || ' waits since ' || d.created_at
        FROM webhook_deliveries d JOIN webhook_endpoints e
          ON e.account_id = d.account_id AND e.id = d.endpoint_id
        WHERE e.status = 'ENABLED' AND d.status = 'PENDING'
          AND greatest(d.created_at, e.enabled_at)
            < CAST(:now AS timestamptz) - interval '6 days'
          AND coalesce(e.failing_since, '-infinity')
            < CAST(:now AS timestamptz) - interval '6 days'
        """,
    ),
    *SESSIONS,
)
