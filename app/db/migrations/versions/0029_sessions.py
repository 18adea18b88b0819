"""People log in: which accounts an address opens, their sessions, the tokens these go on with."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from app.db.protection import TENANT, as_migrator, as_owner, protect

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ADDRESS = "nullif(current_setting('perseat.address', true), '')"


def _of_users(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", "user_id"],
        ["users.account_id", "users.id"],
        name=op.f(f"fk_{table}_account_id_user_id"),
    )


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _log_ins() -> None:
    """With a row for everybody who is there."""
    op.create_table(
        "log_ins",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.CheckConstraint("address ~ '^[0-9a-f]{64}$'", name=op.f("ck_log_ins_address")),
        _of_users("log_ins"),
        sa.PrimaryKeyConstraint("account_id", "user_id", name=op.f("pk_log_ins")),
    )
    op.create_index("ix_log_ins_address", "log_ins", ["address"])
    op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        INSERT INTO log_ins (account_id, user_id, address)
        SELECT account_id, id, encode(sha256(convert_to(email, 'UTF8')), 'hex')
        FROM users WHERE status <> 'DELETED'
        """
    )
    op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
    protect("log_ins", update=("address",), delete=True)
    op.execute(
        f"ALTER POLICY perseat_api_select ON log_ins "
        f"USING (account_id = {TENANT} OR address = {ADDRESS})"
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        _instant("created_at"),
        _instant("expires_at"),
        _instant("last_used_at"),
        _instant("ended_at", nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_sessions_expires")),
        _of_users("sessions"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_sessions")),
    )
    op.create_index(
        "ix_sessions_open",
        "sessions",
        ["account_id", "user_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    protect("sessions", update=("last_used_at", "ended_at"))


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        _instant("created_at"),
        _instant("used_at", nullable=True),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_refresh_tokens_digest")),
        sa.ForeignKeyConstraint(
            ["account_id", "session_id"],
            ["sessions.account_id", "sessions.id"],
            name=op.f("fk_refresh_tokens_account_id_session_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(
        "uq_refresh_tokens_account_id_digest",
        "refresh_tokens",
        ["account_id", "digest"],
        unique=True,
    )
    op.create_index(
        "uq_refresh_tokens_unused",
        "refresh_tokens",
        ["account_id", "session_id"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL"),
    )
    op.create_index(
        "ix_refresh_tokens_account_id_session_id", "refresh_tokens", ["account_id", "session_id"]
    )
    protect("refresh_tokens", update=("used_at",))
    op.execute("GRANT DELETE ON sessions, refresh_tokens TO perseat_worker")


def upgrade() -> None:
    as_owner()
    _log_ins()
    _sessions()
    _refresh_tokens()
    as_migrator()


def downgrade() -> None:
    for table in ("refresh_tokens", "sessions", "log_ins"):
        op.drop_table(table)
