"""What is paid afterwards has a history (M8)."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

READ = ("accounts", "charges")
FIRST = """
    INSERT INTO post_paid_changes (account_id, id, part, post_paid, reason, at, actor)
    SELECT a.id, uuidv7(), '{part}', true, 'Before there was a history', {since}, 'migration'
    FROM accounts a WHERE {condition}
"""
LAST_OF = "(SELECT max(c.posted_at) FROM charges c WHERE c.account_id = a.id AND c.rule = '{rule}')"


def _changes() -> None:
    op.create_table(
        "post_paid_changes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "USAGE",
                "SUBSCRIPTION",
                name="part",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("post_paid", sa.Boolean(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_post_paid_changes_reason")),
        sa.CheckConstraint("contract <> ''", name=op.f("ck_post_paid_changes_contract")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_post_paid_changes_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_post_paid_changes")),
    )
    op.create_index(
        "ix_post_paid_changes_account_id_at", "post_paid_changes", ["account_id", "at", "id"]
    )


def _know_what_is_there() -> None:
    """Of flags without a history: since the account's last line of previous debt, or its sign-up;
    who was once billed accrued usage and is not any more, until then."""
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    debt, accrued = LAST_OF.format(rule="M7"), LAST_OF.format(rule="M8")
    once = f"NOT a.post_paid_usage AND {accrued} IS NOT NULL"
    since = f"coalesce({debt}, a.created_at)"
    op.execute(FIRST.format(part="USAGE", since=since, condition="a.post_paid_usage"))
    op.execute(FIRST.format(part="USAGE", since="a.created_at", condition=once))
    op.execute(FIRST.format(part="USAGE", since=accrued, condition=once).replace("true", "false"))
    op.execute(
        FIRST.format(
            part="SUBSCRIPTION", since="a.created_at", condition="a.post_paid_subscription"
        )
    )
    op.execute(
        """UPDATE credits c SET enabled = false, stopped_reason = 'POST_PAID' FROM accounts a
        WHERE a.id = c.account_id AND a.post_paid_usage AND c.enabled"""
    )
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    as_owner()
    _changes()
    op.execute("ALTER TABLE credits NO FORCE ROW LEVEL SECURITY")
    _know_what_is_there()
    op.execute("ALTER TABLE credits FORCE ROW LEVEL SECURITY")
    protect("post_paid_changes")
    as_migrator()


def downgrade() -> None:
    op.drop_table("post_paid_changes")
