"""What always holds of those who log in."""

from app.store.invariants import Invariant

SESSIONS = (
    Invariant(
        "an e-mail address opens the accounts in which somebody has it",
        "U1",
        """
        SELECT coalesce(u.account_id, l.account_id), 'user ' || coalesce(u.id, l.user_id)
            || CASE WHEN l.user_id IS NULL THEN ' is not found' ELSE ' is found wrongly' END
        FROM (SELECT * FROM users WHERE status <> 'DELETED') u
        FULL JOIN log_ins l ON l.account_id = u.account_id AND l.user_id = u.id
        WHERE l.address IS DISTINCT FROM encode(sha256(convert_to(u.email, 'UTF8')), 'hex')
        """,
    ),
    Invariant(
        "who cannot log in is in no session",
        "U1",
        """
        SELECT s.account_id, 'session ' || s.id || ' of a user who is ' || u.status
        FROM sessions s JOIN users u ON u.account_id = s.account_id AND u.id = s.user_id
        JOIN passwords p ON p.account_id = s.account_id AND p.user_id = s.user_id
        WHERE s.ended_at IS NULL AND (u.status NOT IN ('ACTIVE', 'PAUSED') OR p.chosen_at IS NULL)
        """,
    ),
    Invariant(
        "a session goes on with one refresh token",
        "U1",
        """
        SELECT s.account_id, 'session ' || s.id || ' has none' FROM sessions s
        WHERE s.ended_at IS NULL AND s.expires_at > CAST(:now AS timestamptz)
          AND NOT EXISTS (SELECT FROM refresh_tokens t WHERE t.account_id = s.account_id
            AND t.session_id = s.id AND t.used_at IS NULL)
        """,
    ),
)
