"""What goes back: refunds of credit notes, and what providers take back after success."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, as_migrator, as_owner, protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATUSES = ("CREATED", "SENT", "UNKNOWN", "SUCCEEDED", "FAILED")
OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"
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
)
MORE = ("REFUND_PAID", "LATE_FAILURE")
CHANGING = ("status", "reference", "fence", "attempts", "lease_until", "sent_at", "settled_at")


def _kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{each}'" for each in kinds)
    op.drop_constraint(op.f("ck_ledger_transfers_kind"), "ledger_transfers")
    op.create_check_constraint(
        op.f("ck_ledger_transfers_kind"), "ledger_transfers", f"kind IN ({listed})"
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0 AND amount % 10000 = 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint(f"(settled_at IS NULL) = ({OPEN})", name=op.f("ck_refunds_settled_at")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_refunds_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "payment_id"],
            ["payments.account_id", "payments.id"],
            name=op.f("fk_refunds_account_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "credit_note_id"],
            ["credit_notes.account_id", "credit_notes.id"],
            name=op.f("fk_refunds_account_id_credit_note_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_refunds")),
    )
    op.create_index(
        "ix_refunds_account_id_credit_note_id", "refunds", ["account_id", "credit_note_id"]
    )
    op.create_index(
        "uq_refunds_open",
        "refunds",
        ["account_id", "payment_id"],
        unique=True,
        postgresql_where=sa.text(OPEN),
    )
    op.create_index("ix_refunds_open", "refunds", ["lease_until"], postgresql_where=sa.text(OPEN))
    protect("refunds", update=CHANGING)
    _freeze()


def _freeze() -> None:
    """What is settled never changes."""
    tenant = "account_id = nullif(current_setting('perseat.account_id', true), '')::uuid"
    for role, mine in zip(SERVING, (tenant, "true"), strict=True):
        op.execute(f"DROP POLICY {role}_update ON refunds")
        op.execute(
            f"CREATE POLICY {role}_update ON refunds FOR UPDATE TO {role} "
            f"USING ({mine} AND {OPEN}) WITH CHECK ({mine})"
        )


def _late_failures() -> None:
    op.create_table(
        "late_failures",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("owed_back", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0 AND total >= amount", name=op.f("ck_late_failures_amount")),
        sa.CheckConstraint(
            "owed_back BETWEEN 0 AND amount", name=op.f("ck_late_failures_owed_back")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_late_failures_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "payment_id"],
            ["payments.account_id", "payments.id"],
            name=op.f("fk_late_failures_account_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_late_failures")),
        sa.UniqueConstraint(
            "account_id",
            "payment_id",
            "total",
            name=op.f("uq_late_failures_account_id_payment_id_total"),
        ),
    )
    protect("late_failures")


def upgrade() -> None:
    as_owner()
    _kinds(*KINDS, *MORE)
    _refunds()
    _late_failures()
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_table("late_failures")
    op.drop_table("refunds")
    _kinds(*KINDS)
    as_migrator()
