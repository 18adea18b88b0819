"""Invariants of the audit: nothing in it was changed, taken out, put in or cut off."""

from app.store.invariants import Invariant

AUDIT = (
    Invariant(
        "each row of the audit has the hash of itself and of all before it",
        "S25",
        """
        SELECT account_id, 'row ' || number || ' is not what was written' FROM (
            SELECT account_id, number, hash, row_number() OVER chain AS place,
                sha256(coalesce(lag(hash) OVER chain, '') || convert_to(
                    number || chr(10) || body, 'UTF8')) AS due
            FROM audit_events WINDOW chain AS (PARTITION BY account_id ORDER BY number)
        ) AS rows WHERE hash <> due OR number <> place
        """,
    ),
    Invariant(
        "a row of the audit says in its columns what was hashed",
        "S25",
        """
        SELECT account_id, 'row ' || number FROM audit_events,
            CAST(CASE WHEN body IS JSON OBJECT THEN body ELSE '{}' END AS jsonb) AS said,
            CAST(CASE WHEN pg_input_is_valid(said->>'at', 'timestamptz') THEN said->>'at' END
                AS timestamptz) AS said_at
        WHERE (operation, actor, account_id::text, at) IS DISTINCT FROM (said->>'operation',
            said->'actor'->>'name', said->>'account', said_at)
        """,
    ),
    Invariant(
        "the audit ends where its head says",
        "S25",
        """
        SELECT coalesce(h.account_id, e.account_id), 'head ' || coalesce(h.number, 0)
            || ', rows ' || coalesce(e.number, 0)
        FROM audit_heads h FULL JOIN (
            SELECT DISTINCT ON (account_id) account_id, number, hash FROM audit_events
            ORDER BY account_id, number DESC
        ) AS e USING (account_id) WHERE (h.number, h.hash) IS DISTINCT FROM (e.number, e.hash)
        """,
    ),
)
