"""Passwords, hashed, and the links by which people choose them (U6)."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.create_table(
        "passwords",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("hash LIKE '$argon2id$%'", name=op.f("ck_passwords_hash")),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_passwords_account_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "user_id", name=op.f("pk_passwords")),
    )
    protect("passwords", update=("hash", "chosen_at"))
    op.create_table(
        "password_links",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_password_links_digest")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_password_links_expires")),
        sa.CheckConstraint(
            "used_at IS NULL OR replaced_at IS NULL", name=op.f("ck_password_links_ends_once")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_password_links_account_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_password_links")),
    )
    op.create_index(
        "uq_password_links_account_id_digest",
        "password_links",
        ["account_id", "digest"],
        unique=True,
    )
    op.create_index(
        "uq_password_links_open",
        "password_links",
        ["account_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL AND replaced_at IS NULL"),
    )
    protect("password_links", update=("used_at", "replaced_at"))
    as_migrator()


def downgrade() -> None:
    op.drop_table("password_links")
    op.drop_table("passwords")
