"""Events of payment providers, reconciliation with them, and a book of what they confirm."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.protection import as_migrator, as_owner

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

EVENT_OUTCOMES = ("BOOKED", "NOTHING_NEW", "UNKNOWN_TO_US", "NOT_FOUND", "IRRELEVANT")
BOOKS = (
    "CREDITS",
    "RECEIVABLE",
    "CLEARING",
    "REVENUE",
    "USAGE_REVENUE",
    "ROUNDING",
    "TAX",
    "REFUNDS",
    "BAD_DEBT",
)
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
)
OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"
REFERENCE = ["account_id", "provider", "reference"]


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _events() -> None:
    """Of nobody: a request may only add to them, tasks work on them."""
    op.create_table(
        "provider_events",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _instant("occurred_at"),
        _instant("received_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("next_at"),
        _instant("processed_at", nullable=True),
        sa.Column("outcome", _one_of("outcome", *EVENT_OUTCOMES), nullable=True),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_provider_events")),
    )
    op.create_index(
        "ix_provider_events_open",
        "provider_events",
        ["next_at"],
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.execute("ALTER TABLE provider_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("GRANT INSERT ON provider_events TO perseat_api")
    op.execute("GRANT SELECT, INSERT ON provider_events TO perseat_worker")
    op.execute(
        "GRANT UPDATE (attempts, next_at, processed_at, outcome) ON provider_events TO perseat_worker"
    )
    op.execute(
        "CREATE POLICY perseat_api_insert ON provider_events FOR INSERT TO perseat_api WITH CHECK (true)"
    )
    _for_workers("provider_events")


def _reconciliations() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        _instant("since"),
        _instant("until"),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("charges", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _instant("created_at"),
        sa.CheckConstraint("since < until", name=op.f("ck_reconciliations_span")),
        sa.CheckConstraint(
            "jsonb_typeof(differences) = 'array'", name=op.f("ck_reconciliations_differences")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_index(
        "uq_reconciliations_automatic",
        "reconciliations",
        ["provider", "since"],
        unique=True,
        postgresql_where=sa.text("automatic"),
    )
    op.create_index("ix_reconciliations_created_at_id", "reconciliations", ["created_at", "id"])
    op.execute("ALTER TABLE reconciliations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT, INSERT ON reconciliations TO perseat_worker")
    _for_workers("reconciliations")


def _for_workers(table: str) -> None:
    op.execute(
        f"CREATE POLICY perseat_worker_all ON {table} TO perseat_worker USING (true) WITH CHECK (true)"
    )


def _checked(table: str, column: str, *members: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    quoted = ", ".join(f"'{each}'" for each in members)
    op.create_check_constraint(name, table, f"{column} IN ({quoted})")


def _ledger(books: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    _checked("ledger_transfers", "debit", *books)
    _checked("ledger_transfers", "credit", *books)
    _checked("ledger_transfers", "kind", *kinds)


def _payments() -> None:
    """An adopted charge was of a method that we may not know, and of a payment that was declined
    when it was asked for."""
    op.alter_column("payments", "payment_method_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_payments_payment_method"),
        "payments",
        f"payment_method_id IS NOT NULL OR (reference IS NOT NULL AND NOT ({OPEN}))",
    )
    op.drop_constraint(op.f("uq_payments_account_id_provider_reference"), "payments")
    op.create_index(
        "uq_payments_reference",
        "payments",
        REFERENCE,
        unique=True,
        postgresql_where=sa.text("decline_code IS NULL"),
    )


def upgrade() -> None:
    as_owner()
    _events()
    _reconciliations()
    _ledger((*BOOKS[:3], "BANK", *BOOKS[3:]), (*KINDS, "SETTLEMENT"))
    _payments()
    as_migrator()


def downgrade() -> None:
    """Confirmed money is money at the provider again; what was adopted has no method, and stays in
    the way of going back."""
    as_owner()
    op.drop_index("uq_payments_reference", "payments")
    op.create_unique_constraint(
        op.f("uq_payments_account_id_provider_reference"), "payments", REFERENCE
    )
    op.drop_constraint(op.f("ck_payments_payment_method"), "payments")
    op.alter_column("payments", "payment_method_id", nullable=False)
    op.execute("ALTER TABLE ledger_transfers NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM ledger_transfers WHERE kind = 'SETTLEMENT'")
    op.execute("ALTER TABLE ledger_transfers FORCE ROW LEVEL SECURITY")
    _ledger(BOOKS, KINDS)
    op.drop_table("reconciliations")
    op.drop_table("provider_events")
    as_migrator()
