"""Credits: holds that usage draws on, and alerts that tell of a falling balance."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = sa.text("released_at IS NULL")


def _holds() -> None:
    op.create_table(
        "usage_holds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_usage_holds_amount")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_usage_holds_expires")),
        sa.CheckConstraint("released_at >= created_at", name=op.f("ck_usage_holds_released")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_usage_holds_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_usage_holds")),
    )
    op.create_index(
        "uq_usage_holds_reference", "usage_holds", ["account_id", "reference"],
        unique=True, postgresql_where=OPEN,
    )  # fmt: skip
    op.create_index(
        "ix_usage_holds_expires_at", "usage_holds", ["account_id", "expires_at"],
        postgresql_where=OPEN,
    )  # fmt: skip
    op.create_foreign_key(
        op.f("fk_usage_events_account_id_hold_id"), "usage_events", "usage_holds",
        ["account_id", "hold_id"], ["account_id", "id"],
    )  # fmt: skip
    protect("usage_holds", update=("used", "expires_at", "released_at"))


def _alerts() -> None:
    op.create_table(
        "credit_alerts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("armed", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_credit_alerts_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_credit_alerts")),
        sa.UniqueConstraint(
            "account_id", "threshold", name=op.f("uq_credit_alerts_account_id_threshold")
        ),
    )
    protect("credit_alerts", update=("armed", "active"))
    op.create_table(
        "alert_crossings",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_alert_crossings_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "alert_id"],
            ["credit_alerts.account_id", "credit_alerts.id"],
            name=op.f("fk_alert_crossings_account_id_alert_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_alert_crossings")),
    )
    op.create_index(
        "ix_alert_crossings_alert_id", "alert_crossings", ["account_id", "alert_id", "id"]
    )
    protect("alert_crossings")


def upgrade() -> None:
    as_owner()
    _holds()
    _alerts()
    as_migrator()


def downgrade() -> None:
    op.drop_table("alert_crossings")
    op.drop_table("credit_alerts")
    op.drop_constraint("fk_usage_events_account_id_hold_id", "usage_events", type_="foreignkey")
    op.drop_table("usage_holds")
