"""What had gone back and is with us again: refunds that fail late, and disputes that are won."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, TENANT, as_migrator, as_owner, protect

revision = "0023"
down_revision = "0022"
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
)
MORE = ("RETURNED", "OWED_AGAIN", "RETURNED_TO_CREDITS")
OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"
STEP = "('REFUNDED', 'SUCCEEDED')"


def _kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{each}'" for each in kinds)
    op.drop_constraint(op.f("ck_ledger_transfers_kind"), "ledger_transfers")
    op.create_check_constraint(
        op.f("ck_ledger_transfers_kind"), "ledger_transfers", f"kind IN ({listed})"
    )


def _frozen(table: str, rule: str) -> None:
    """Rows that a request or a task may still change."""
    for role, mine in zip(SERVING, (f"account_id = {TENANT}", "true"), strict=True):
        op.execute(f"ALTER POLICY {role}_update ON {table} USING ({mine} AND {rule})")


def _reinstatements() -> None:
    op.create_table(
        "reinstatements",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("owed_back", sa.BigInteger(), nullable=False),
        sa.Column("to_credits", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "amount >= 0 AND owed_back >= 0 AND to_credits >= 0"
            " AND owed_back + to_credits <= amount",
            name=op.f("ck_reinstatements_parts"),
        ),
        sa.CheckConstraint(
            "CASE WHEN refund_id IS NULL THEN returned > 0 AND returned >= amount"
            " ELSE returned IS NULL AND amount > 0 AND owed_back = amount END",
            name=op.f("ck_reinstatements_of_one"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reinstatements_account_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["account_id", f"{one}_id"],
                [f"{one}s.account_id", f"{one}s.id"],
                name=op.f(f"fk_reinstatements_account_id_{one}_id"),
            )
            for one in ("payment", "refund")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_reinstatements")),
        sa.UniqueConstraint(
            "account_id", "refund_id", name=op.f("uq_reinstatements_account_id_refund_id")
        ),
        sa.UniqueConstraint(
            "account_id",
            "payment_id",
            "returned",
            name=op.f("uq_reinstatements_account_id_payment_id_returned"),
        ),
    )
    protect("reinstatements")


def _totals() -> None:
    """`total` is what we have booked of a payment so far, not what the provider said."""
    op.execute("ALTER TABLE late_failures NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE late_failures f SET total = so_far.total FROM (
            SELECT account_id, id, sum(amount) OVER (
                PARTITION BY account_id, payment_id ORDER BY id) AS total FROM late_failures
        ) AS so_far
        WHERE so_far.account_id = f.account_id AND so_far.id = f.id AND so_far.total < f.total
        """
    )
    op.execute("ALTER TABLE late_failures FORCE ROW LEVEL SECURITY")


def _unconfirmed() -> None:
    """Movements of a payment's money without a settlement, counted where they are looked for."""
    op.add_column("payments", sa.Column("unconfirmed", sa.Integer(), nullable=True))
    for table in ("payments", "refunds", "late_failures", "ledger_transfers"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE payments p SET unconfirmed = (SELECT count(*) FROM (
            SELECT p.id WHERE p.status IN ('SUCCEEDED', 'REFUNDED')
            UNION ALL SELECT r.id FROM refunds r WHERE r.account_id = p.account_id
              AND r.payment_id = p.id AND r.status = 'SUCCEEDED'
            UNION ALL SELECT f.id FROM late_failures f WHERE f.account_id = p.account_id
              AND f.payment_id = p.id
        ) AS moved WHERE NOT EXISTS (SELECT FROM ledger_transfers t
            WHERE t.account_id = p.account_id AND t.kind = 'SETTLEMENT'
              AND t.reference = moved.id))
        """
    )
    for table in ("payments", "refunds", "late_failures", "ledger_transfers"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.alter_column("payments", "unconfirmed", nullable=False)
    op.create_check_constraint(op.f("ck_payments_unconfirmed"), "payments", "unconfirmed >= 0")
    op.create_index(
        "ix_payments_unconfirmed",
        "payments",
        ["provider", "account_id", "id"],
        postgresql_where=sa.text("unconfirmed > 0"),
    )
    op.execute(f"GRANT UPDATE (unconfirmed) ON payments TO {', '.join(SERVING)}")


def upgrade() -> None:
    as_owner()
    _unconfirmed()
    for name in ("asked_account", "asked_payment"):
        op.add_column("reconciliations", sa.Column(name, sa.Uuid(), nullable=True))
    _kinds(*KINDS, *MORE)
    op.add_column("refunds", sa.Column("failure_code", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_refunds_failure_code"), "refunds", "failure_code IS NULL OR status = 'FAILED'"
    )
    op.execute(f"GRANT UPDATE (failure_code) ON refunds TO {', '.join(SERVING)}")
    _frozen("refunds", "status <> 'FAILED'")
    op.execute(f"INSERT INTO payment_transitions (from_status, to_status) VALUES {STEP}")
    _frozen("payments", "status <> 'DECLINED'")
    _totals()
    _reinstatements()
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_table("reinstatements")
    _frozen("payments", "status NOT IN ('DECLINED', 'REFUNDED')")
    op.execute(f"DELETE FROM payment_transitions WHERE (from_status, to_status) = {STEP}")
    _frozen("refunds", OPEN)
    op.drop_constraint(op.f("ck_refunds_failure_code"), "refunds")
    op.drop_column("refunds", "failure_code")
    for name in ("asked_account", "asked_payment"):
        op.drop_column("reconciliations", name)
    op.drop_index("ix_payments_unconfirmed", "payments")
    op.drop_column("payments", "unconfirmed")
    _kinds(*KINDS)
    as_migrator()
