"""Payments take steps that the database knows, and providers know customers.

A step points at the transition that it is and at the step before it; a payment points at its last
one. So none can be in a state that it has no way to, without a trigger.
"""

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, as_migrator, as_owner, protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

EARLIER = ("CREATED", "SENT", "UNKNOWN", "SUCCEEDED", "DECLINED")
STATUSES = (*EARLIER, "REFUNDED")
SOURCES = (
    "REQUEST",
    "WORKER",
    "ANSWER",
    "LOOK_UP",
    "WEBHOOK",
    "OPERATOR",
    "RECONCILIATION",
)
TRANSITIONS = (
    ("CREATED", "SENT"),
    ("SENT", "UNKNOWN"),
    ("SENT", "SUCCEEDED"),
    ("SENT", "DECLINED"),
    ("UNKNOWN", "SUCCEEDED"),
    ("UNKNOWN", "DECLINED"),
    ("SUCCEEDED", "REFUNDED"),
)
OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"
CHANGED = ("payments", "payment_methods", "payment_steps", "payment_customers")
STEPS_OF_BEFORE = (
    "SELECT account_id, id, 0, NULL::int, NULL::text, 'CREATED', created_at FROM payments",
    """SELECT account_id, id, 1, 0, 'CREATED', 'SENT', created_at FROM payments
       WHERE status <> 'CREATED'""",
    """SELECT account_id, id, 2, 1, 'SENT', status, coalesce(settled_at, created_at)
       FROM payments WHERE status NOT IN ('CREATED', 'SENT')""",
)


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _transitions() -> None:
    table = op.create_table(
        "payment_transitions",
        sa.Column("from_status", _one_of("from_status", *STATUSES), nullable=False),
        sa.Column("to_status", _one_of("to_status", *STATUSES), nullable=False),
        sa.PrimaryKeyConstraint("from_status", "to_status", name=op.f("pk_payment_transitions")),
    )
    op.bulk_insert(table, [{"from_status": a, "to_status": b} for a, b in TRANSITIONS])
    op.execute(f"GRANT SELECT ON payment_transitions TO {', '.join(SERVING)}")


def _customers() -> None:
    op.create_table(
        "payment_customers",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_payment_customers_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "provider", name=op.f("pk_payment_customers")),
    )
    protect("payment_customers")


def _steps() -> None:
    op.create_table(
        "payment_steps",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("from_status", _one_of("from_status", *STATUSES), nullable=True),
        sa.Column("to_status", _one_of("to_status", *STATUSES), nullable=False),
        sa.Column("source", _one_of("source", *SOURCES), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(number = 0) = (previous IS NULL) AND (number = 0) = (from_status IS NULL) "
            "AND (number > 0 OR to_status = 'CREATED')",
            name=op.f("ck_payment_steps_first"),
        ),
        sa.CheckConstraint("previous = number - 1", name=op.f("ck_payment_steps_previous")),
        sa.CheckConstraint(
            "source <> 'OPERATOR' OR reason <> ''", name=op.f("ck_payment_steps_reason")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_payment_steps_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_status", "to_status"],
            ["payment_transitions.from_status", "payment_transitions.to_status"],
            name=op.f("fk_payment_steps_from_status_to_status"),
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "payment_id", "number", name=op.f("pk_payment_steps")
        ),
        sa.UniqueConstraint(
            "account_id",
            "payment_id",
            "number",
            "to_status",
            name=op.f("uq_payment_steps_account_id_payment_id_number_to_status"),
        ),
    )
    op.create_foreign_key(
        op.f("fk_payment_steps_account_id_payment_id_previous_from_status"),
        "payment_steps",
        "payment_steps",
        ["account_id", "payment_id", "previous", "from_status"],
        ["account_id", "payment_id", "number", "to_status"],
    )
    protect("payment_steps")


def _statuses(*statuses: str) -> None:
    op.drop_constraint(op.f("ck_payments_status"), "payments")
    listed = ", ".join(f"'{each}'" for each in statuses)
    op.create_check_constraint(op.f("ck_payments_status"), "payments", f"status IN ({listed})")


def _settled(rule: str) -> None:
    op.drop_constraint(op.f("ck_payments_settled_at"), "payments")
    op.create_check_constraint(op.f("ck_payments_settled_at"), "payments", rule)


def _frozen(rule: str) -> None:
    """Rows that a request or a task may still change."""
    tenant = "account_id = nullif(current_setting('perseat.account_id', true), '')::uuid"
    for role, mine in zip(SERVING, (tenant, "true"), strict=True):
        op.execute(f"DROP POLICY {role}_update ON payments")
        op.execute(
            f"CREATE POLICY {role}_update ON payments FOR UPDATE TO {role} "
            f"USING ({mine} AND {rule}) WITH CHECK ({mine})"
        )


def _methods() -> None:
    op.add_column("payment_methods", sa.Column("provider", sa.Text(), nullable=True))
    op.add_column("payment_methods", sa.Column("expires_on", sa.Date(), nullable=True))
    op.add_column(
        "payment_methods", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute("UPDATE payment_methods SET provider = 'sandbox'")
    op.alter_column("payment_methods", "provider", nullable=False)
    op.create_check_constraint(
        op.f("ck_payment_methods_removed"),
        "payment_methods",
        "removed_at IS NULL OR NOT is_default",
    )
    op.execute(f"GRANT UPDATE (removed_at) ON payment_methods TO {', '.join(SERVING)}")
    op.execute(
        "INSERT INTO payment_customers (account_id, provider, reference, created_at) "
        "SELECT account_id, 'sandbox', account_id::text, min(created_at) "
        "FROM payment_methods GROUP BY account_id"
    )


def _columns() -> None:
    op.add_column("payments", sa.Column("step", sa.Integer(), nullable=True))
    op.add_column("payments", sa.Column("provider", sa.Text(), nullable=True))
    op.add_column("payments", sa.Column("reference", sa.Text(), nullable=True))
    op.add_column("payments", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    for select in STEPS_OF_BEFORE:
        op.execute(
            "INSERT INTO payment_steps (account_id, payment_id, number, previous, from_status, "
            "to_status, created_at, source) "
            f"SELECT before.*, 'WORKER' FROM ({select}) AS before"
        )
    op.execute(
        "UPDATE payments SET provider = 'sandbox', "
        "step = CASE status WHEN 'CREATED' THEN 0 WHEN 'SENT' THEN 1 ELSE 2 END, "
        "sent_at = CASE WHEN status <> 'CREATED' THEN created_at END"
    )
    op.alter_column("payments", "step", nullable=False)
    op.alter_column("payments", "provider", nullable=False)


def _point_at_steps() -> None:
    op.create_foreign_key(
        op.f("fk_payments_account_id_id_step_status"),
        "payments",
        "payment_steps",
        ["account_id", "id", "step", "status"],
        ["account_id", "payment_id", "number", "to_status"],
    )
    op.create_unique_constraint(
        op.f("uq_payments_account_id_provider_reference"),
        "payments",
        ["account_id", "provider", "reference"],
    )
    op.execute(f"GRANT UPDATE (step, reference, sent_at) ON payments TO {', '.join(SERVING)}")


def upgrade() -> None:
    as_owner()
    _transitions()
    _customers()
    _steps()
    for table in CHANGED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    _statuses(*STATUSES)
    _settled(f"(settled_at IS NULL) = ({OPEN})")
    _frozen("status NOT IN ('DECLINED', 'REFUNDED')")
    _methods()
    _columns()
    for table in CHANGED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _point_at_steps()
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_constraint(op.f("uq_payments_account_id_provider_reference"), "payments")
    op.drop_constraint(op.f("fk_payments_account_id_id_step_status"), "payments")
    for column in ("step", "provider", "reference", "sent_at"):
        op.drop_column("payments", column)
    op.drop_constraint(op.f("ck_payment_methods_removed"), "payment_methods")
    for column in ("provider", "expires_on", "removed_at"):
        op.drop_column("payment_methods", column)
    op.execute("ALTER TABLE payments NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE payments SET status = 'SUCCEEDED' WHERE status = 'REFUNDED'")
    op.execute("ALTER TABLE payments FORCE ROW LEVEL SECURITY")
    _frozen(OPEN)
    _settled("(status IN ('SUCCEEDED', 'DECLINED')) = (settled_at IS NOT NULL)")
    _statuses(*EARLIER)
    op.drop_table("payment_steps")
    op.drop_table("payment_customers")
    op.drop_table("payment_transitions")
    as_migrator()
