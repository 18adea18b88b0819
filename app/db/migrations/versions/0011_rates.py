"""Rates: what is included as data, carriers' fees, negotiated rates, and what is posted later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSTZRANGE

from app.db.protection import SERVING, as_migrator, as_owner, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = ("CALL_MINUTE", "SMS_SEGMENT", "MMS_SEGMENT", "LOOKUP")
DIRECTIONS = ("INBOUND", "OUTBOUND")
LINE_TYPES = ("LOCAL", "TOLL_FREE", "INTERNATIONAL")
INITIATORS = ("CONSUMER", "AGENT", "AUTOMATION", "POWER_DIALER", "API")
TRANSFERS = (
    "INVOICE", "DEBT", "DEBT_ROUNDING", "PAYMENT", "TOP_UP", "USAGE", "TAX", "REVERSAL",
    "USAGE_REVERSAL", "TAX_REVERSAL", "REFUND", "BAD_DEBT",
)  # fmt: skip
MORE_TRANSFERS = ("CARRIER_FEES", "INTERNATIONAL_USAGE")


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _rates() -> None:
    """M2: what was included by a rule is included by its row."""
    op.execute("""
        ALTER TABLE rates ADD included boolean NOT NULL DEFAULT false,
            ADD reason text, ADD actor text, ADD at timestamptz
    """)
    op.execute("""
        UPDATE rates SET included = true WHERE amount = 0 AND kind <> 'LOOKUP'
            AND line_type = 'LOCAL' AND initiator IN ('CONSUMER', 'AGENT')
    """)
    op.execute("""
        ALTER TABLE rates ADD CONSTRAINT ck_rates_included_is_free CHECK (NOT included OR amount = 0)
    """)


def _carrier_fees() -> None:
    op.create_table(
        "carrier_fees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=False),
        sa.Column("direction", _one_of("direction", *DIRECTIONS), nullable=False),
        sa.Column("effective", TSTZRANGE(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_carrier_fees_amount")),
        sa.CheckConstraint(
            "carrier ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_carrier_fees_carrier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_fees")),
    )
    op.create_exclude_constraint(
        "one_carrier_fee_at_a_time", "carrier_fees",
        ("carrier", "="), ("kind", "="), ("direction", "="), ("effective", "&&"), using="gist",
    )  # fmt: skip
    op.execute("GRANT SELECT ON carrier_fees TO perseat_api")
    op.execute("GRANT SELECT, INSERT, UPDATE ON carrier_fees TO perseat_worker")


def _account_rates() -> None:
    name = "account_rates"
    op.create_table(
        name,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=True),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=True),
        sa.Column("direction", _one_of("direction", *DIRECTIONS), nullable=True),
        sa.Column("line_type", _one_of("line_type", *LINE_TYPES), nullable=True),
        sa.Column("initiator", _one_of("initiator", *INITIATORS), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("included", sa.Boolean(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f(f"ck_{name}_amount")),
        sa.CheckConstraint(
            "NOT included OR coalesce(amount = 0, false)",
            name=op.f(f"ck_{name}_included_is_free"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{name}_account_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f(f"fk_{name}_plan_id")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_effective_at", name, ["account_id", "effective_at", "id"])
    protect(name)


def _deferrals() -> None:
    """What is posted is never touched again: its transfer has moved exactly that."""
    name = "usage_deferrals"
    op.create_table(
        name,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("kind", "CARRIER_FEE", "INTERNATIONAL"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("events > 0", name=op.f(f"ck_{name}_events")),
        sa.CheckConstraint(
            "posted_at > effective_at", name=op.f(f"ck_{name}_posted_when_effective")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{name}_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "account_id", "kind", "day", name=op.f(f"uq_{name}_account_id_kind_day")
        ),
    )
    op.create_index(
        f"ix_{name}_pending", name, ["account_id", "effective_at"],
        postgresql_where=sa.text("posted_at IS NULL"),
    )  # fmt: skip
    protect(name, update=("amount", "events", "posted_at"))
    for role in SERVING:
        op.execute(f"DROP POLICY {role}_update ON {name}")
    mine = "account_id = nullif(current_setting('perseat.account_id', true), '')::uuid"
    for role, rule in zip(SERVING, (mine, "true"), strict=True):
        op.execute(
            f"CREATE POLICY {role}_update ON {name} FOR UPDATE TO {role}"
            f" USING ({rule} AND posted_at IS NULL) WITH CHECK ({rule})"
        )


def _transfers(kinds: tuple[str, ...]) -> None:
    quoted = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_ledger_transfers_kind"), "ledger_transfers")
    op.create_check_constraint(
        op.f("ck_ledger_transfers_kind"), "ledger_transfers", f"kind IN ({quoted})"
    )


def upgrade() -> None:
    as_owner()
    _rates()
    _carrier_fees()
    _account_rates()
    _deferrals()
    _transfers((*TRANSFERS, *MORE_TRANSFERS))
    as_migrator()


def downgrade() -> None:
    """Only as long as nothing was posted later than it was recorded."""
    as_owner()
    _transfers(TRANSFERS)
    for table in ("usage_deferrals", "account_rates", "carrier_fees"):
        op.drop_table(table)
    for column in ("included", "reason", "actor", "at"):
        op.execute(f"ALTER TABLE rates DROP {column} CASCADE")
    as_migrator()
