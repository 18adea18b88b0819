"""The tables of billing, their constraints, row-level security and the three roles.

Append-only is enforced by privileges, not by triggers: what a role may not UPDATE or DELETE stays
as it was written. `perseat_owner` owns the tables and serves no request, `perseat_api` sees the
one account that its transaction has named, `perseat_worker` sees all.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = ("perseat_owner", "perseat_api", "perseat_worker")
CATALOGUE = ("plans", "prices", "rates")
UPDATABLE = {
    # table: the columns that a request or a task may change after the insert
    "accounts": "",
    "users": "",
    "subscriptions": "",
    "add_ons": "(quantity)",
    "credits": "",
    "payment_methods": "(is_default)",
    "payments": ("(status, invoice_id, decline_code, fence, attempts, lease_until, settled_at)"),
    "invoices": "(status, paid, credited, next_attempt_at)",
    "charges": "(invoice_id)",
    "outbox": "(rung_at, rings, done_at)",
    "api_keys": "(revoked_at)",
}
FROZEN = {
    # table: rows may be updated only while this holds
    "charges": "invoice_id IS NULL",
    "payments": "status IN ('CREATED', 'SENT', 'UNKNOWN')",
}
DELETABLE = {"user_roles": ROLES[1:], "outbox": ("perseat_worker",)}
APPEND_ONLY = (
    "user_states",
    "user_roles",
    "add_on_changes",
    "ledger_transfers",
    "usage_events",
    "top_up_refusals",
    "idempotency_keys",
)
TENANT = "nullif(current_setting('perseat.account_id', true), '')::uuid"


def _roles() -> None:
    """The roles belong to the whole server: another database of it may have made them before."""
    for role in ROLES:
        op.execute(
            f"""
            DO $$ BEGIN
                CREATE ROLE {role} NOLOGIN;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
            """
        )
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
                    GRANT {role} TO CURRENT_USER WITH SET TRUE;
                END IF;
            END $$
            """
        )
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("GRANT CREATE, USAGE ON SCHEMA public TO perseat_owner")
    op.execute("GRANT USAGE ON SCHEMA public TO perseat_api, perseat_worker")
    op.execute("GRANT SELECT ON alembic_version TO perseat_api, perseat_worker")
    op.execute("SET LOCAL ROLE perseat_owner")


def _privileges() -> None:
    for table in CATALOGUE:
        op.execute(f"GRANT SELECT ON {table} TO perseat_api")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO perseat_worker")
    for table in (*UPDATABLE, *APPEND_ONLY):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO perseat_api, perseat_worker")
        if table in UPDATABLE:
            columns = UPDATABLE[table]
            op.execute(f"GRANT UPDATE {columns} ON {table} TO perseat_api, perseat_worker")
        for role in DELETABLE.get(table, ()):
            op.execute(f"GRANT DELETE ON {table} TO {role}")
        _row_security(table)
    op.execute("RESET ROLE")


def _row_security(table: str) -> None:
    key = "id" if table == "accounts" else "account_id"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    frozen = FROZEN.get(table, "true")
    for role, mine in (("perseat_api", f"{key} = {TENANT}"), ("perseat_worker", "true")):
        for command, rule in (
            ("SELECT", f"USING ({mine})"),
            ("INSERT", f"WITH CHECK ({mine})"),
            ("UPDATE", f"USING ({mine} AND {frozen}) WITH CHECK ({mine})"),
            ("DELETE", f"USING ({mine})"),
        ):
            name = f"{role}_{command.lower()}"
            op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {rule}")


def upgrade() -> None:
    _roles()
    _tables()
    _privileges()


def _tables() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "TRIAL",
                "PAID",
                "PAST_DUE",
                "CLOSED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billing_timezone", sa.Text(), nullable=False),
        sa.Column("may_go_negative", sa.Boolean(), nullable=False),
        sa.Column("post_paid_subscription", sa.Boolean(), nullable=False),
        sa.Column("post_paid_usage", sa.Boolean(), nullable=False),
        sa.Column("test_clock", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_bill_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("billing_claim", sa.Uuid(), nullable=True),
        sa.Column("billing_claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_reason", sa.Text(), nullable=True),
        sa.Column("invoice_sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'TRIAL') = (next_bill_at IS NULL)", name=op.f("ck_accounts_due_unless_trial")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_accounts_currency")),
        sa.CheckConstraint(
            "(parked_at IS NULL) = (parked_reason IS NULL)", name=op.f("ck_accounts_parked")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_created_at_id", "accounts", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_accounts_next_bill_at_id",
        "accounts",
        ["next_bill_at", "id"],
        unique=False,
        postgresql_where=sa.text("parked_at IS NULL"),
    )
    op.create_table(
        "api_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "OPS",
                "ADMINISTRATOR",
                "BILLING_ADMIN",
                "PARTNER",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'OPS') = (account_id = '00000000-0000-0000-0000-000000000000')",
            name=op.f("ck_api_keys_operators_have_no_account"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_index(
        "uq_api_keys_account_id_digest", "api_keys", ["account_id", "digest"], unique=True
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "billing_policy",
            sa.Enum(
                "LICENSE",
                "ACTIVE_USERS",
                name="billing_policy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("name", name=op.f("uq_plans_name")),
    )
    op.create_table(
        "add_ons",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "component",
            sa.Enum(
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
                name="component",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "component <> 'LICENSE'", name=op.f("ck_add_ons_component_is_an_add_on")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_add_ons_quantity")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_add_ons_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "component", name=op.f("pk_add_ons")),
    )
    op.create_table(
        "credits",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("daily_cap", sa.BigInteger(), nullable=False),
        sa.Column("monthly_cap", sa.BigInteger(), nullable=False),
        sa.Column(
            "stopped_reason",
            sa.Enum(
                "OFF",
                "DECLINED",
                "POST_PAID",
                "CLOSED",
                "NO_PAYMENT_METHOD",
                "IN_FLIGHT",
                "DAILY_CAP",
                "MONTHLY_CAP",
                name="stopped_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "NOT (enabled AND stopped_reason IS NOT NULL)", name=op.f("ck_credits_stopped_is_off")
        ),
        sa.CheckConstraint(
            "daily_cap >= amount AND monthly_cap >= daily_cap", name=op.f("ck_credits_caps")
        ),
        sa.CheckConstraint("threshold >= 0 AND amount >= 1000000", name=op.f("ck_credits_step")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_credits_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_credits")),
    )
    op.create_index(
        "ix_credits_low",
        "credits",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("enabled AND balance <= threshold"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idempotency_keys_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "invoices",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "INITIAL",
                "RENEWAL",
                "TRUE_UP",
                "TOP_UP",
                "ADJUSTMENT",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "OPEN",
                "PAID",
                "PAST_DUE",
                "VOID",
                "UNCOLLECTIBLE",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period", postgresql.DATERANGE(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billing_timezone", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("credited", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN status = 'PAID' THEN paid + credited = total WHEN status IN ('OPEN', 'PAST_DUE') THEN paid + credited < total ELSE true END",
            name=op.f("ck_invoices_status_is_what_is_due"),
        ),
        sa.CheckConstraint(
            "next_attempt_at IS NULL OR status IN ('OPEN', 'PAST_DUE')",
            name=op.f("ck_invoices_attempts_while_due"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_invoices_number")),
        sa.CheckConstraint(
            "paid >= 0 AND credited >= 0 AND paid + credited <= total", name=op.f("ck_invoices_due")
        ),
        sa.CheckConstraint("total >= 0 AND total % 10000 = 0", name=op.f("ck_invoices_total")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_invoices_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_invoices_account_id_number")),
    )
    op.create_index(
        "ix_invoices_next_attempt_at",
        "invoices",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "uq_invoices_account_id_period_kind",
        "invoices",
        ["account_id", sa.literal_column("lower(period)"), "kind"],
        unique=True,
        postgresql_where=sa.text("kind NOT IN ('TOP_UP', 'ADJUSTMENT') AND status <> 'VOID'"),
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "debit",
            sa.Enum(
                "CREDITS",
                "RECEIVABLE",
                "CLEARING",
                "REVENUE",
                "USAGE_REVENUE",
                "ROUNDING",
                name="debit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "credit",
            sa.Enum(
                "CREDITS",
                "RECEIVABLE",
                "CLEARING",
                "REVENUE",
                "USAGE_REVENUE",
                "ROUNDING",
                name="credit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "INVOICE",
                "DEBT",
                "DEBT_ROUNDING",
                "PAYMENT",
                "TOP_UP",
                "USAGE",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.Uuid(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_transfers_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_transfers_two_books")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ledger_transfers_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_ledger_transfers")),
        sa.UniqueConstraint(
            "account_id",
            "kind",
            "reference",
            name=op.f("uq_ledger_transfers_account_id_kind_reference"),
        ),
    )
    op.create_index(
        "ix_ledger_transfers_account_id_effective_at",
        "ledger_transfers",
        ["account_id", "effective_at", "id"],
        unique=False,
    )
    op.create_table(
        "outbox",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_outbox_account_id")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_done_at",
        "outbox",
        ["done_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_undone",
        "outbox",
        ["rung_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "payment_methods",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last4 ~ '^[0-9]{4}$'", name=op.f("ck_payment_methods_last4")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_payment_methods_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_payment_methods")),
    )
    op.create_index(
        "uq_payment_methods_default",
        "payment_methods",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column(
            "component",
            sa.Enum(
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
                name="component",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "term",
            sa.Enum(
                "MONTHLY",
                "QUARTERLY",
                "ANNUAL",
                name="term",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("effective", postgresql.DATERANGE(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("plan_id"), "="),
            (sa.column("component"), "="),
            (sa.column("term"), "="),
            (sa.column("effective"), "&&"),
            using="gist",
            name="one_price_at_a_time",
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_prices_amount")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_prices_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
    )
    op.create_table(
        "rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CALL_MINUTE",
                "SMS_SEGMENT",
                "MMS_SEGMENT",
                "LOOKUP",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "INBOUND",
                "OUTBOUND",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "line_type",
            sa.Enum(
                "LOCAL",
                "TOLL_FREE",
                "INTERNATIONAL",
                name="line_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "initiator",
            sa.Enum(
                "CONSUMER",
                "AGENT",
                "AUTOMATION",
                "POWER_DIALER",
                "API",
                name="initiator",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("effective", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("plan_id"), "="),
            (sa.column("kind"), "="),
            (sa.column("direction"), "="),
            (sa.column("line_type"), "="),
            (sa.column("initiator"), "="),
            (sa.column("effective"), "&&"),
            using="gist",
            name="one_rate_at_a_time",
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_rates_amount")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_rates_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column(
            "term",
            sa.Enum(
                "MONTHLY",
                "QUARTERLY",
                "ANNUAL",
                name="term",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minimum_licenses", sa.Integer(), nullable=False),
        sa.Column("current", postgresql.DATERANGE(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT isempty(current)", name=op.f("ck_subscriptions_current")),
        sa.CheckConstraint("minimum_licenses >= 0", name=op.f("ck_subscriptions_minimum_licenses")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_subscriptions_account_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_subscriptions_plan_id")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("account_id", name=op.f("uq_subscriptions_account_id")),
    )
    op.create_table(
        "top_up_refusals",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "OFF",
                "DECLINED",
                "POST_PAID",
                "CLOSED",
                "NO_PAYMENT_METHOD",
                "IN_FLIGHT",
                "DAILY_CAP",
                "MONTHLY_CAP",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_top_up_refusals_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_top_up_refusals")),
        sa.UniqueConstraint(
            "account_id",
            "episode",
            "reason",
            name=op.f("uq_top_up_refusals_account_id_episode_reason"),
        ),
    )
    op.create_table(
        "users",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE",
                "PAUSED",
                "SUSPENDED",
                "DEACTIVATED",
                "DELETED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_name <> '' AND last_name <> ''", name=op.f("ck_users_names")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_users_account_id")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_account_id_status", "users", ["account_id", "status"], unique=False)
    op.create_index(
        "uq_users_account_id_email",
        "users",
        ["account_id", "email"],
        unique=True,
        postgresql_where=sa.text("status <> 'DELETED'"),
    )
    op.create_table(
        "add_on_changes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "component",
            sa.Enum(
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
                name="component",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_add_on_changes_quantity")),
        sa.ForeignKeyConstraint(
            ["account_id", "component"],
            ["add_ons.account_id", "add_ons.component"],
            name=op.f("fk_add_on_changes_account_id_component"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_add_on_changes")),
    )
    op.create_index(
        "ix_add_on_changes_account_id_component_at",
        "add_on_changes",
        ["account_id", "component", "at"],
        unique=False,
    )
    op.create_table(
        "charges",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column(
            "component",
            sa.Enum(
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
                name="component",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("slots", postgresql.INT4RANGE(), nullable=True),
        sa.Column("period", postgresql.DATERANGE(), nullable=True),
        sa.Column("derivation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("component"), "="),
            (sa.column("slots"), "&&"),
            (sa.column("period"), "&&"),
            using="gist",
            name="no_day_billed_twice",
        ),
        sa.CheckConstraint(
            "(component IS NULL) = (slots IS NULL) AND (slots IS NULL) = (period IS NULL)",
            name=op.f("ck_charges_rectangle"),
        ),
        sa.CheckConstraint("amount = unit_amount * quantity", name=op.f("ck_charges_amount")),
        sa.CheckConstraint(
            "lower(slots) >= 1 AND NOT isempty(period)", name=op.f("ck_charges_rectangle_has_area")
        ),
        sa.CheckConstraint("quantity > 0 AND unit_amount >= 0", name=op.f("ck_charges_positive")),
        sa.CheckConstraint("unit_amount % 10000 = 0", name=op.f("ck_charges_whole_cents")),
        sa.CheckConstraint(
            "upper(slots) - lower(slots) = quantity", name=op.f("ck_charges_slots_are_quantity")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "invoice_id"],
            ["invoices.account_id", "invoices.id"],
            name=op.f("fk_charges_account_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_charges_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_charges")),
    )
    op.create_index(
        "ix_charges_account_id_invoice_id", "charges", ["account_id", "invoice_id"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "INVOICE",
                "TOP_UP",
                "PURCHASE",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "CREATED",
                "SENT",
                "UNKNOWN",
                "SUCCEEDED",
                "DECLINED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("payment_method_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("step_amount", sa.BigInteger(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'TOP_UP') = (episode IS NOT NULL)", name=op.f("ck_payments_episode")
        ),
        sa.CheckConstraint(
            "(status = 'DECLINED') = (decline_code IS NOT NULL)",
            name=op.f("ck_payments_decline_code"),
        ),
        sa.CheckConstraint(
            "(status IN ('SUCCEEDED', 'DECLINED')) = (settled_at IS NOT NULL)",
            name=op.f("ck_payments_settled_at"),
        ),
        sa.CheckConstraint(
            "purpose <> 'INVOICE' OR invoice_id IS NOT NULL", name=op.f("ck_payments_invoice")
        ),
        sa.CheckConstraint("amount > 0 AND amount % 10000 = 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(
            ["account_id", "invoice_id"],
            ["invoices.account_id", "invoices.id"],
            name=op.f("fk_payments_account_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "payment_method_id"],
            ["payment_methods.account_id", "payment_methods.id"],
            name=op.f("fk_payments_account_id_payment_method_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_payments_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_payments")),
    )
    op.create_index(
        "ix_payments_account_id_created_at",
        "payments",
        ["account_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_payments_open",
        "payments",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('CREATED', 'SENT', 'UNKNOWN')"),
    )
    op.create_index(
        "uq_payments_episode",
        "payments",
        ["account_id", "episode"],
        unique=True,
        postgresql_where=sa.text("purpose = 'TOP_UP'"),
    )
    op.create_index(
        "uq_payments_open_credits",
        "payments",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text(
            "purpose <> 'INVOICE' AND status IN ('CREATED', 'SENT', 'UNKNOWN')"
        ),
    )
    op.create_index(
        "uq_payments_open_invoice",
        "payments",
        ["account_id", "invoice_id"],
        unique=True,
        postgresql_where=sa.text(
            "purpose = 'INVOICE' AND status IN ('CREATED', 'SENT', 'UNKNOWN')"
        ),
    )
    op.create_table(
        "usage_events",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CALL_MINUTE",
                "SMS_SEGMENT",
                "MMS_SEGMENT",
                "LOOKUP",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "INBOUND",
                "OUTBOUND",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "line_type",
            sa.Enum(
                "LOCAL",
                "TOLL_FREE",
                "INTERNATIONAL",
                name="line_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "initiator",
            sa.Enum(
                "CONSUMER",
                "AGENT",
                "AUTOMATION",
                "POWER_DIALER",
                "API",
                name="initiator",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("included", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "NOT included OR rate = 0", name=op.f("ck_usage_events_included_is_free")
        ),
        sa.CheckConstraint("amount = rate * quantity", name=op.f("ck_usage_events_amount")),
        sa.CheckConstraint("quantity > 0 AND rate >= 0", name=op.f("ck_usage_events_positive")),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_usage_events_account_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_usage_events_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_usage_events")),
        sa.UniqueConstraint(
            "account_id", "event_id", name=op.f("uq_usage_events_account_id_event_id")
        ),
    )
    op.create_index(
        "ix_usage_events_account_id_posted_at",
        "usage_events",
        ["account_id", "posted_at", "id"],
        unique=False,
    )
    op.create_table(
        "user_roles",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "ADMINISTRATOR",
                "BILLING_ADMIN",
                "SUPERVISOR",
                "AGENT",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_user_roles_account_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "user_id", "role", name=op.f("pk_user_roles")),
    )
    op.create_table(
        "user_states",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "from_status",
            sa.Enum(
                "ACTIVE",
                "PAUSED",
                "SUSPENDED",
                "DEACTIVATED",
                "DELETED",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "ACTIVE",
                "PAUSED",
                "SUSPENDED",
                "DEACTIVATED",
                "DELETED",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "from_status IS DISTINCT FROM 'DELETED'", name=op.f("ck_user_states_no_way_back")
        ),
        sa.CheckConstraint(
            "(version = 1) = (from_status IS NULL)",
            name=op.f("ck_user_states_creation_comes_first"),
        ),
        sa.CheckConstraint(
            "from_status IS DISTINCT FROM to_status", name=op.f("ck_user_states_changes")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_user_states_account_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_user_states")),
        sa.UniqueConstraint(
            "account_id",
            "user_id",
            "version",
            name=op.f("uq_user_states_account_id_user_id_version"),
        ),
    )


def downgrade() -> None:
    op.drop_table("user_states")
    op.drop_table("user_roles")
    op.drop_index("ix_usage_events_account_id_posted_at", table_name="usage_events")
    op.drop_table("usage_events")
    op.drop_index(
        "uq_payments_open_invoice",
        table_name="payments",
        postgresql_where=sa.text(
            "purpose = 'INVOICE' AND status IN ('CREATED', 'SENT', 'UNKNOWN')"
        ),
    )
    op.drop_index(
        "uq_payments_open_credits",
        table_name="payments",
        postgresql_where=sa.text(
            "purpose <> 'INVOICE' AND status IN ('CREATED', 'SENT', 'UNKNOWN')"
        ),
    )
    op.drop_index(
        "uq_payments_episode", table_name="payments", postgresql_where=sa.text("purpose = 'TOP_UP'")
    )
    op.drop_index(
        "ix_payments_open",
        table_name="payments",
        postgresql_where=sa.text("status IN ('CREATED', 'SENT', 'UNKNOWN')"),
    )
    op.drop_index("ix_payments_account_id_created_at", table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_charges_account_id_invoice_id", table_name="charges")
    op.drop_table("charges")
    op.drop_index("ix_add_on_changes_account_id_component_at", table_name="add_on_changes")
    op.drop_table("add_on_changes")
    op.drop_index(
        "uq_users_account_id_email",
        table_name="users",
        postgresql_where=sa.text("status <> 'DELETED'"),
    )
    op.drop_index("ix_users_account_id_status", table_name="users")
    op.drop_table("users")
    op.drop_table("top_up_refusals")
    op.drop_table("subscriptions")
    op.drop_table("rates")
    op.drop_table("prices")
    op.drop_index(
        "uq_payment_methods_default",
        table_name="payment_methods",
        postgresql_where=sa.text("is_default"),
    )
    op.drop_table("payment_methods")
    op.drop_index(
        "ix_outbox_done_at",
        table_name="outbox",
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_outbox_undone", table_name="outbox", postgresql_where=sa.text("done_at IS NULL")
    )
    op.drop_table("outbox")
    op.drop_index("ix_ledger_transfers_account_id_effective_at", table_name="ledger_transfers")
    op.drop_table("ledger_transfers")
    op.drop_index(
        "uq_invoices_account_id_period_kind",
        table_name="invoices",
        postgresql_where=sa.text("kind NOT IN ('TOP_UP', 'ADJUSTMENT') AND status <> 'VOID'"),
    )
    op.drop_index(
        "ix_invoices_next_attempt_at",
        table_name="invoices",
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.drop_table("invoices")
    op.drop_table("idempotency_keys")
    op.drop_index(
        "ix_credits_low",
        table_name="credits",
        postgresql_where=sa.text("enabled AND balance <= threshold"),
    )
    op.drop_table("credits")
    op.drop_table("add_ons")
    op.drop_table("plans")
    op.drop_index("uq_api_keys_account_id_digest", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index(
        "ix_accounts_next_bill_at_id",
        table_name="accounts",
        postgresql_where=sa.text("parked_at IS NULL"),
    )
    op.drop_index("ix_accounts_created_at_id", table_name="accounts")
    op.drop_table("accounts")
