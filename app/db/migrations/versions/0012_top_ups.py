"""The flight recorder of automatic top-up, its breaker, and what operators ask for again.

Refusals become decisions. What was charged before gets its decision too, with the balance that the
ledger says; nobody knows what else was seen.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.protection import as_migrator, as_owner, protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REFUSALS = (
    "OFF",
    "DECLINED",
    "POST_PAID",
    "CLOSED",
    "NO_PAYMENT_METHOD",
    "IN_FLIGHT",
    "DAILY_CAP",
    "MONTHLY_CAP",
)
OUTCOMES = ("CHARGED", "NOT_NEEDED", "OFF", "DECLINED", "BREAKER", *REFUSALS[2:])
TRIGGERS = ("USAGE", "SETTLED", "TICK", "RULE", "METHOD", "CLOCK", "OPERATOR", "EARLIER")
READ = ("top_up_refusals", "payments", "ledger_transfers", "top_up_decisions")


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _stopped_reason(*reasons: str) -> None:
    op.drop_constraint(op.f("ck_credits_stopped_reason"), "credits")
    listed = ", ".join(f"'{each}'" for each in reasons)
    op.create_check_constraint(
        op.f("ck_credits_stopped_reason"), "credits", f"stopped_reason IN ({listed})"
    )


def _reruns() -> None:
    """Operators see them: they name accounts of many."""
    op.create_table(
        "top_up_reruns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_ids", postgresql.JSONB(), nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_top_up_reruns_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up_reruns")),
        sa.UniqueConstraint("key", name=op.f("uq_top_up_reruns_key")),
    )
    op.execute("ALTER TABLE top_up_reruns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("GRANT SELECT, INSERT ON top_up_reruns TO perseat_worker")
    op.execute(
        "CREATE POLICY perseat_worker_all ON top_up_reruns TO perseat_worker USING (true) WITH CHECK (true)"
    )


def _decisions() -> None:
    op.create_table(
        "top_up_decisions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("trigger", _one_of("trigger", *TRIGGERS), nullable=False),
        sa.Column("outcome", _one_of("outcome", *OUTCOMES), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("seen", postgresql.JSONB(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("rerun_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("triggers", postgresql.JSONB(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'CHARGED' OR payment_id IS NOT NULL",
            name=op.f("ck_top_up_decisions_charged"),
        ),
        sa.CheckConstraint(
            "(trigger = 'OPERATOR') = (rerun_id IS NOT NULL)"
            " AND (trigger = 'OPERATOR') = (actor IS NOT NULL AND reason IS NOT NULL)",
            name=op.f("ck_top_up_decisions_operator"),
        ),
        sa.CheckConstraint("amount >= 0 AND last_at >= at", name=op.f("ck_top_up_decisions_sense")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_top_up_decisions_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "payment_id"],
            ["payments.account_id", "payments.id"],
            name=op.f("fk_top_up_decisions_account_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["rerun_id"], ["top_up_reruns.id"], name=op.f("fk_top_up_decisions_rerun_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_top_up_decisions")),
        sa.UniqueConstraint(
            "account_id", "number", name=op.f("uq_top_up_decisions_account_id_number")
        ),
    )
    op.create_index(
        "uq_top_up_decisions_charged", "top_up_decisions", ["account_id", "payment_id"], unique=True,
        postgresql_where=sa.text("outcome = 'CHARGED'"),
    )  # fmt: skip
    op.create_index(
        "uq_top_up_decisions_rerun", "top_up_decisions", ["account_id", "rerun_id"], unique=True,
        postgresql_where=sa.text("rerun_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_top_up_decisions_told", "top_up_decisions", ["account_id", "outcome", "at"],
        postgresql_where=sa.text("told"),
    )  # fmt: skip


EARLIER = """
    INSERT INTO top_up_decisions (account_id, id, number, episode, trigger, outcome, balance,
        amount, payment_id, told, at, triggers, last_at, last_balance)
    SELECT account_id, id, row_number() OVER (PARTITION BY account_id ORDER BY at, id), episode,
        'EARLIER', outcome, balance, amount, payment_id, outcome = 'DECLINED', at,
        '{"EARLIER": 1}', at, balance
    FROM (
        SELECT account_id, id, episode, reason AS outcome, balance, 0 AS amount,
            NULL::uuid AS payment_id, at
        FROM top_up_refusals
        UNION ALL
        SELECT p.account_id, p.id, p.episode, 'CHARGED', coalesce((
                SELECT sum(CASE WHEN t.credit = 'CREDITS' THEN t.amount ELSE -t.amount END)
                FROM ledger_transfers t WHERE t.account_id = p.account_id
                  AND 'CREDITS' IN (t.debit, t.credit) AND t.id < p.id
            ), 0)::bigint, p.amount, p.id, p.created_at
        FROM payments p WHERE p.purpose = 'TOP_UP'
    ) AS earlier
"""


def _force(tables: tuple[str, ...], *, off: bool) -> None:
    """Their owner reads and writes what is there already, which row security would hide."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} {'NO ' if off else ''}FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    as_owner()
    _stopped_reason(*OUTCOMES[2:])
    op.add_column("credits", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    _reruns()
    _decisions()
    protect("top_up_decisions", update=("triggers", "last_at", "last_balance"))
    _force(READ, off=True)
    op.execute(EARLIER)
    _force(READ, off=False)
    op.drop_table("top_up_refusals")
    as_migrator()


def downgrade() -> None:
    """The refusals stay; that the breaker is open becomes that a charge was declined."""
    as_owner()
    op.create_table(
        "top_up_refusals",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("reason", _one_of("reason", *REFUSALS), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_top_up_refusals_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_top_up_refusals")),
        sa.UniqueConstraint(
            "account_id", "episode", "reason", "balance",
            name=op.f("uq_top_up_refusals_account_id_episode_reason_balance"),
        ),
    )  # fmt: skip
    protect("top_up_refusals")
    _force(("credits", *READ), off=True)
    op.execute(
        """
        INSERT INTO top_up_refusals (account_id, id, episode, reason, balance, at)
        SELECT account_id, id, episode, outcome, balance, at FROM top_up_decisions
        WHERE outcome NOT IN ('CHARGED', 'NOT_NEEDED', 'OFF', 'BREAKER') ORDER BY account_id, number
        ON CONFLICT (account_id, episode, reason, balance) DO NOTHING
        """
    )
    op.execute("UPDATE credits SET stopped_reason = 'DECLINED' WHERE stopped_reason = 'BREAKER'")
    _force(("credits", *READ), off=False)
    op.drop_table("top_up_decisions")
    op.drop_table("top_up_reruns")
    op.drop_column("credits", "resumed_at")
    _stopped_reason(*REFUSALS)
    as_migrator()
