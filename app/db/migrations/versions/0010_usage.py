"""Usage: whose event it is, by which line and carrier, corrections, and sums by day."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EVENTS = "usage_events"
NEW = (
    "source",
    "line_id",
    "carrier",
    "hold_id",
    "fee_rate",
    "fee",
    "deferred",
    "adjusts",
    "reason",
)
KINDS = ("CALL_MINUTE", "SMS_SEGMENT", "MMS_SEGMENT", "LOOKUP")
LINE_TYPES = ("LOCAL", "TOLL_FREE", "INTERNATIONAL")
INITIATORS = ("CONSUMER", "AGENT", "AUTOMATION", "POWER_DIALER", "API")
KEY = ("posted_on", "happened_on", "kind", "direction", "line_type", "initiator", "included", "user_id", "line_id")  # fmt: skip


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _events() -> None:
    op.execute(f"""
        ALTER TABLE {EVENTS}
            ADD source text NOT NULL DEFAULT '', ADD line_id uuid, ADD carrier text,
            ADD hold_id uuid, ADD fee_rate bigint NOT NULL DEFAULT 0,
            ADD fee bigint NOT NULL DEFAULT 0, ADD deferred boolean NOT NULL DEFAULT false,
            ADD adjusts uuid, ADD reason text,
            DROP CONSTRAINT ck_usage_events_positive,
            DROP CONSTRAINT uq_usage_events_account_id_event_id,
            ADD CONSTRAINT ck_usage_events_positive CHECK (rate >= 0 AND fee_rate >= 0
                AND (quantity > 0 OR adjusts IS NOT NULL)),
            ADD CONSTRAINT ck_usage_events_reason
                CHECK ((adjusts IS NULL) = (reason IS NULL)),
            ADD CONSTRAINT ck_usage_events_fee CHECK (fee = fee_rate * quantity),
            ADD CONSTRAINT uq_usage_events_account_id_source_event_id
                UNIQUE (account_id, source, event_id),
            ADD CONSTRAINT fk_usage_events_account_id_line_id
                FOREIGN KEY (account_id, line_id) REFERENCES lines (account_id, id),
            ADD CONSTRAINT fk_usage_events_account_id_adjusts
                FOREIGN KEY (account_id, adjusts) REFERENCES {EVENTS} (account_id, id)
    """)
    for column in ("source", "fee_rate", "fee", "deferred"):
        op.execute(f"ALTER TABLE {EVENTS} ALTER {column} DROP DEFAULT")
    op.create_index(
        "ix_usage_events_account_id_adjusts", EVENTS, ["account_id", "adjusts"],
        postgresql_where=sa.text("adjusts IS NOT NULL"),
    )  # fmt: skip


def _days() -> None:
    op.create_table(
        "usage_days",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=False),
        sa.Column("direction", _one_of("direction", "INBOUND", "OUTBOUND"), nullable=False),
        sa.Column("line_type", _one_of("line_type", *LINE_TYPES), nullable=False),
        sa.Column("initiator", _one_of("initiator", *INITIATORS), nullable=False),
        sa.Column("included", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_usage_days_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_usage_days")),
        sa.UniqueConstraint(
            "account_id", *KEY, name="uq_usage_days_cell", postgresql_nulls_not_distinct=True
        ),
    )


def _count_what_is_there() -> None:
    """The owner sees all rows only while row security is not forced on it."""
    for table in (EVENTS, "accounts"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"""
        INSERT INTO usage_days (account_id, id, {", ".join(KEY)}, events, quantity, amount, fee)
        SELECT e.account_id, uuidv7(), (e.posted_at AT TIME ZONE a.billing_timezone)::date,
            (e.happened_at AT TIME ZONE a.billing_timezone)::date, e.kind, e.direction,
            e.line_type, e.initiator, e.included, e.user_id, e.line_id, count(*),
            sum(e.quantity), sum(e.amount), sum(e.fee)
        FROM {EVENTS} e JOIN accounts a ON a.id = e.account_id
        GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10, 11
    """)
    for table in (EVENTS, "accounts"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _locks() -> None:
    """Row locks name one account each, in order, in one round trip."""
    op.execute("""
        CREATE FUNCTION lock_accounts(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            one uuid;
        BEGIN
            FOREACH one IN ARRAY ids LOOP
                PERFORM FROM accounts WHERE id = one FOR NO KEY UPDATE;
            END LOOP;
        END $$
    """)


def upgrade() -> None:
    as_owner()
    _events()
    _days()
    _count_what_is_there()
    protect("usage_days", update=("events", "quantity", "amount", "fee"))
    _locks()
    as_migrator()


def downgrade() -> None:
    op.execute("DROP FUNCTION lock_accounts(uuid[])")
    op.drop_table("usage_days")
    for column in NEW:
        op.execute(f"ALTER TABLE {EVENTS} DROP {column} CASCADE")
    op.execute(f"""
        ALTER TABLE {EVENTS} ADD CONSTRAINT ck_usage_events_positive
                CHECK (quantity > 0 AND rate >= 0),
            ADD CONSTRAINT uq_usage_events_account_id_event_id UNIQUE (account_id, event_id)
    """)
