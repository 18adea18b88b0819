"""Charges and refunds that were made over there by hand are found again, and are booked here."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.add_column("payments", sa.Column("customer", sa.Text(), nullable=True))
    op.add_column("refunds", sa.Column("reason", sa.Text(), nullable=True))
    op.alter_column("refunds", "credit_note_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_refunds_credit_note"), "refunds", "credit_note_id IS NOT NULL OR reason <> ''"
    )
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_constraint(op.f("ck_refunds_credit_note"), "refunds")
    op.alter_column("refunds", "credit_note_id", nullable=False)
    op.drop_column("refunds", "reason")
    op.drop_column("payments", "customer")
    as_migrator()
