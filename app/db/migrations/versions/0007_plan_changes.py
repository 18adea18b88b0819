"""Plans and terms change (L7), subscriptions end, and accounts have prices of their own (P2).

A charge of an upgrade is a rectangle in a layer of its own: the days were paid for once, and the
difference is paid for them once too.
"""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TERMS = ("MONTHLY", "QUARTERLY", "ANNUAL")
KINDS = ("CHANGED", "SCHEDULED", "WITHDRAWN", "RENEWED", "CANCELLED", "RESUMED", "CLOSED")
COMPONENTS = (
    "LICENSE",
    "LOCAL_NUMBER",
    "TOLL_FREE_NUMBER",
    "INTERNATIONAL_NUMBER",
    "LOCAL_PRESENCE",
    "BRAND_REGISTRATION",
    "CAMPAIGN_10DLC",
    "AI_TEXT_BOT",
    "VOICE_ANALYTICS",
    "AI_VOICE_BOT",
)


def upgrade() -> None:
    as_owner()
    _accounts()
    _subscriptions()
    _charges()
    _subscription_changes()
    _account_prices()
    op.execute("GRANT UPDATE (effective, amount) ON prices TO perseat_worker")
    as_migrator()


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=False, length=32)


def _is_one_of(table: str, name: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    quoted = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{name} IN ({quoted})", name=op.f(f"ck_{table}_{name}"))


def _accounts() -> None:
    op.drop_constraint(op.f("ck_accounts_due_unless_trial"), "accounts")
    op.create_check_constraint(
        op.f("ck_accounts_due_unless_trial"),
        "accounts",
        "status = 'CLOSED' OR (status = 'TRIAL') = (next_bill_at IS NULL)",
    )


def _subscriptions() -> None:
    op.add_column("subscriptions", sa.Column("priced_on", sa.Date(), nullable=True))
    op.add_column("subscriptions", sa.Column("next_plan_id", sa.Text(), nullable=True))
    op.add_column("subscriptions", sa.Column("next_term", _one_of("next_term", TERMS)))
    op.add_column(
        "subscriptions", sa.Column("upgrades", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("subscriptions", sa.Column("ends_on", sa.Date(), nullable=True))
    op.execute("ALTER TABLE subscriptions NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE subscriptions SET priced_on = lower(current)")
    op.execute("ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY")
    op.create_foreign_key(
        op.f("fk_subscriptions_next_plan_id"), "subscriptions", "plans", ["next_plan_id"], ["id"]
    )
    for name, condition in (
        ("next_term", "next_term IN ('MONTHLY', 'QUARTERLY', 'ANNUAL')"),
        ("priced_on", "(current IS NULL) = (priced_on IS NULL) AND priced_on <@ current"),
        ("next", "(next_plan_id IS NULL) = (next_term IS NULL)"),
        ("ends_on", "ends_on = upper(current)"),
        ("upgrades", "upgrades >= 0"),
    ):
        op.create_check_constraint(op.f(f"ck_subscriptions_{name}"), "subscriptions", condition)


def _charges() -> None:
    op.add_column("charges", sa.Column("upgrade", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint(
        op.f("ck_charges_upgrade"), "charges", "upgrade >= 0 AND (upgrade > 0) = (rule = 'L7')"
    )
    op.drop_constraint("no_day_billed_twice", "charges")
    op.create_exclude_constraint(
        "no_day_billed_twice",
        "charges",
        ("account_id", "="),
        ("component", "="),
        ("upgrade", "="),
        ("slots", "&&"),
        ("period", "&&"),
        using="gist",
    )


def _subscription_changes() -> None:
    name = "subscription_changes"
    op.create_table(
        name,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("kind", KINDS), nullable=False),
        sa.Column("from_plan_id", sa.Text(), nullable=False),
        sa.Column("from_term", _one_of("from_term", TERMS), nullable=False),
        sa.Column("to_plan_id", sa.Text(), nullable=False),
        sa.Column("to_term", _one_of("to_term", TERMS), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _is_one_of(name, "kind", KINDS),
        _is_one_of(name, "from_term", TERMS),
        _is_one_of(name, "to_term", TERMS),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{name}_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_plan_id"], ["plans.id"], name=op.f(f"fk_{name}_from_plan_id")
        ),
        sa.ForeignKeyConstraint(["to_plan_id"], ["plans.id"], name=op.f(f"fk_{name}_to_plan_id")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f(f"pk_{name}")),
    )
    protect(name)


def _account_prices() -> None:
    name = "account_prices"
    op.create_table(
        name,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("component", _one_of("component", COMPONENTS), nullable=False),
        sa.Column("term", _one_of("term", TERMS), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _is_one_of(name, "component", COMPONENTS),
        _is_one_of(name, "term", TERMS),
        sa.CheckConstraint("amount >= 0", name=op.f(f"ck_{name}_amount")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{name}_account_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f(f"fk_{name}_plan_id")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f(f"pk_{name}")),
    )
    protect(name)


def downgrade() -> None:
    """Only as long as nobody was upgraded: what was charged for that has no place without it."""
    as_owner()
    op.execute("REVOKE UPDATE (effective, amount) ON prices FROM perseat_worker")
    op.drop_table("account_prices")
    op.drop_table("subscription_changes")
    op.drop_constraint("no_day_billed_twice", "charges")
    op.create_exclude_constraint(
        "no_day_billed_twice",
        "charges",
        ("account_id", "="),
        ("component", "="),
        ("slots", "&&"),
        ("period", "&&"),
        using="gist",
    )
    op.drop_constraint(op.f("ck_charges_upgrade"), "charges")
    op.drop_column("charges", "upgrade")
    for name in ("next_term", "priced_on", "next", "ends_on", "upgrades"):
        op.drop_constraint(op.f(f"ck_subscriptions_{name}"), "subscriptions")
    for name in ("priced_on", "next_plan_id", "next_term", "upgrades", "ends_on"):
        op.drop_column("subscriptions", name)
    op.drop_constraint(op.f("ck_accounts_due_unless_trial"), "accounts")
    op.create_check_constraint(
        op.f("ck_accounts_due_unless_trial"),
        "accounts",
        "(status = 'TRIAL') = (next_bill_at IS NULL)",
    )
    as_migrator()
