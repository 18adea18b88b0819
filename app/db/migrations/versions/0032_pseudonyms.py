"""Histories keep the id of who did something, and nobody's name and address outlive them there."""

from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

HISTORIES = (
    *("add_on_changes", "subscription_changes", "minimum_licenses", "post_paid_changes"),
    *("user_states", "role_changes", "usage_holds", "account_prices", "account_rates"),
    *("credit_notes", "invoice_decisions", "refunds", "payment_steps", "top_up_decisions"),
    "api_key_grants",
)
OPENED = (*HISTORIES, "users")
"""Their owner sees no row of them while their row security is forced."""
PERSON = r"^.+ \([^()\s]+@[^()\s]+\)$"
KEY = "^(ops|administrator|partner|billing_admin|supervisor|agent) key "
NAMED = "h.actor = u.first_name || ' ' || u.last_name || ' (' || u.email || ')'"
ADDRESSED = r"u.email = substring(h.actor FROM '\(([^()]*)\)$')"


def _user(by: str) -> str:
    return (
        "(SELECT 'user ' || u.id FROM users u "
        f"WHERE u.account_id = h.account_id AND {by} ORDER BY u.id DESC LIMIT 1)"
    )


def _forget(table: str) -> None:
    """Whoever did something did many things: each is looked for once."""
    op.execute(
        "WITH h AS MATERIALIZED ("
        f"SELECT DISTINCT account_id, actor FROM {table} "
        f"WHERE actor ~ '{PERSON}' AND actor !~ '{KEY}'), "
        "known AS MATERIALIZED (SELECT account_id, actor, "
        f"coalesce({_user(NAMED)}, {_user(ADDRESSED)}, 'a user') AS pseudonym FROM h) "
        f"UPDATE {table} t SET actor = known.pseudonym FROM known "
        "WHERE t.account_id = known.account_id AND t.actor = known.actor"
    )


def upgrade() -> None:
    """By name and address; by the address, where the name has changed; else by no one's name."""
    as_owner()
    for table in OPENED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table in HISTORIES:
        _forget(table)
    for table in OPENED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    as_migrator()


def downgrade() -> None:
    """What was forgotten stays so: a pseudonym is an actor like any other."""
