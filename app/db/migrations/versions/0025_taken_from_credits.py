"""What had become credits is taken back from the credits, not from the invoice."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KINDS = (
    "INVOICE",
    "DEBT",
    "DEBT_ROUNDING",
    "PAYMENT",
    "TOP_UP",
    "USAGE",
    "TAX",
    "REVERSAL",
    "USAGE_REVERSAL",
    "TAX_REVERSAL",
    "REFUND",
    "BAD_DEBT",
    "CARRIER_FEES",
    "INTERNATIONAL_USAGE",
    "SETTLEMENT",
    "REFUND_PAID",
    "LATE_FAILURE",
    "RETURNED",
    "OWED_AGAIN",
    "RETURNED_TO_CREDITS",
)
PARTS = "owed_back >= 0 AND from_credits >= 0 AND owed_back + from_credits <= amount"


def _kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{each}'" for each in kinds)
    op.drop_constraint(op.f("ck_ledger_transfers_kind"), "ledger_transfers")
    op.create_check_constraint(
        op.f("ck_ledger_transfers_kind"), "ledger_transfers", f"kind IN ({listed})"
    )


def upgrade() -> None:
    as_owner()
    _kinds(*KINDS, "TAKEN_FROM_CREDITS")
    op.add_column(
        "late_failures",
        sa.Column("from_credits", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("late_failures", "from_credits", server_default=None)
    op.drop_constraint(op.f("ck_late_failures_owed_back"), "late_failures")
    op.create_check_constraint(op.f("ck_late_failures_parts"), "late_failures", PARTS)
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_constraint(op.f("ck_late_failures_parts"), "late_failures")
    op.drop_column("late_failures", "from_credits")
    op.create_check_constraint(
        op.f("ck_late_failures_owed_back"), "late_failures", "owed_back BETWEEN 0 AND amount"
    )
    _kinds(*KINDS)
    as_migrator()
