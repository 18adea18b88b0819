"""Billing runs: what was to be billed at a cut-off, and what came of each account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.protection import as_migrator, as_owner, protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MODES = ("AUTOMATIC", "MANUAL")
STATUSES = ("PLANNING", "PLANNED", "CHECKING", "POSTING", "FINISHED", "STALE")
OUTCOMES = (
    "PENDING",
    "PLANNED",
    "TO_PARK",
    "RETRYING",
    "BILLED",
    "NOTHING",
    "ALREADY_BILLED",
    "PARKED",
    "CHANGED",
)
KINDS = ("INITIAL", "RENEWAL", "TRUE_UP", "TOP_UP", "ADJUSTMENT")
CHANGING = (
    "status", "kind", "invoice_id", "total", "digest", "bill", "parts", "causes", "measure", "accepted", "reason", "released",
    "claim", "claimed_until",
)  # fmt: skip


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _runs() -> None:
    op.create_table(
        "billing_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("mode", _one_of("mode", *MODES), nullable=False),
        sa.Column("status", _one_of("status", *STATUSES), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("due_only", sa.Boolean(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("plan_hash", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("extract(day FROM period) = 1", name=op.f("ck_billing_runs_period")),
        sa.CheckConstraint("plan_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_billing_runs_plan_hash")),
        sa.CheckConstraint(
            "status <> 'PLANNED' OR (dry_run AND plan_hash IS NOT NULL)",
            name=op.f("ck_billing_runs_planned"),
        ),
        sa.CheckConstraint(
            "NOT dry_run OR status IN ('PLANNING', 'PLANNED')", name=op.f("ck_billing_runs_dry_run")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["billing_runs.id"], name=op.f("fk_billing_runs_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_runs")),
    )
    op.create_index("uq_billing_runs_plan_id", "billing_runs", ["plan_id"], unique=True)
    op.create_index("ix_billing_runs_plan_hash", "billing_runs", ["plan_hash"])
    op.create_index("ix_billing_runs_created_at_id", "billing_runs", ["created_at", "id"])
    op.create_index(
        "ix_billing_runs_unfinished", "billing_runs", ["period"],
        postgresql_where=sa.text("status IN ('PLANNING', 'CHECKING', 'POSTING')"),
    )  # fmt: skip


def _protect_runs() -> None:
    """Operators see runs. A request that catches up may open the automatic one, and no other."""
    op.execute("ALTER TABLE billing_runs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("GRANT INSERT ON billing_runs TO perseat_api")
    op.execute("GRANT SELECT, INSERT ON billing_runs TO perseat_worker")
    op.execute("GRANT UPDATE (status, plan_hash, finished_at) ON billing_runs TO perseat_worker")
    op.execute(
        "CREATE POLICY perseat_api_insert ON billing_runs FOR INSERT TO perseat_api"
        " WITH CHECK (mode = 'AUTOMATIC' AND status = 'POSTING' AND NOT dry_run)"
    )
    op.execute(
        "CREATE POLICY perseat_worker_all ON billing_runs TO perseat_worker USING (true) WITH CHECK (true)"
    )


def _accounts() -> None:
    op.create_table(
        "billing_run_accounts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("status", _one_of("status", *OUTCOMES), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("planned_total", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("bill", postgresql.JSONB(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), nullable=True),
        sa.Column("causes", postgresql.JSONB(), nullable=True),
        sa.Column("measure", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("released", sa.Text(), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_billing_run_accounts_digest")
        ),
        sa.CheckConstraint(
            "status NOT IN ('BILLED', 'NOTHING')"
            " OR (digest IS NOT NULL AND (status = 'BILLED') = (invoice_id IS NOT NULL))",
            name=op.f("ck_billing_run_accounts_settled"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('PARKED', 'TO_PARK', 'CHANGED') OR reason IS NOT NULL",
            name=op.f("ck_billing_run_accounts_why"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_billing_run_accounts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["billing_runs.id"], name=op.f("fk_billing_run_accounts_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "invoice_id"],
            ["invoices.account_id", "invoices.id"],
            name=op.f("fk_billing_run_accounts_account_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "run_id", name=op.f("pk_billing_run_accounts")),
    )
    op.create_index(
        "uq_billing_run_accounts_settled", "billing_run_accounts", ["account_id", "period"], unique=True,
        postgresql_where=sa.text("status IN ('BILLED', 'NOTHING')"),
    )  # fmt: skip
    op.create_index(
        "ix_billing_run_accounts_run_id_status",
        "billing_run_accounts",
        ["run_id", "status", "account_id"],
    )


def upgrade() -> None:
    as_owner()
    _runs()
    _protect_runs()
    _accounts()
    protect("billing_run_accounts", update=CHANGING)
    as_migrator()


def downgrade() -> None:
    op.drop_table("billing_run_accounts")
    op.drop_table("billing_runs")
