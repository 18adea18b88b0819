"""Who did what, why, from where and what it changed, in chains of hashes."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.create_table(
        "audit_events",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_events_number")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_audit_events_hash")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_audit_events_account_id_number")),
    )
    op.create_index(
        "ix_audit_events_account_id_operation", "audit_events", ["account_id", "operation", "id"]
    )
    protect("audit_events")
    op.create_table(
        "audit_heads",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_heads_number")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_audit_heads_hash")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_audit_heads")),
    )
    protect("audit_heads", update=("number", "hash"))
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_table("audit_heads")
    op.drop_table("audit_events")
    as_migrator()
