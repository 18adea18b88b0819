"""The history of states names the billing policy that it was checked by, roles have a history,
and a contracted minimum counts from a renewal on."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POLICIES = ("LICENSE", "ACTIVE_USERS")
ROLES = ("ADMINISTRATOR", "BILLING_ADMIN", "SUPERVISOR", "AGENT")
TRANSITIONS = (
    "'ACTIVE_USERS >ACTIVE', 'ACTIVE_USERS >DEACTIVATED',"
    " 'ACTIVE_USERS ACTIVE>DEACTIVATED', 'ACTIVE_USERS ACTIVE>DELETED',"
    " 'ACTIVE_USERS DEACTIVATED>ACTIVE', 'ACTIVE_USERS DEACTIVATED>DELETED',"
    " 'LICENSE >ACTIVE', 'LICENSE >SUSPENDED',"
    " 'LICENSE ACTIVE>DELETED', 'LICENSE ACTIVE>PAUSED', 'LICENSE ACTIVE>SUSPENDED',"
    " 'LICENSE PAUSED>ACTIVE', 'LICENSE PAUSED>DELETED', 'LICENSE PAUSED>SUSPENDED',"
    " 'LICENSE SUSPENDED>ACTIVE', 'LICENSE SUSPENDED>DELETED', 'LICENSE SUSPENDED>PAUSED'"
)


def upgrade() -> None:
    as_owner()
    _states()
    _role_changes()
    _minimum()
    as_migrator()


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=False, length=32)


def _all_rows(table: str, *, of_owner: bool) -> None:
    """What is there already is changed by its owner, whom row security would show nothing."""
    op.execute(f"ALTER TABLE {table} {'NO ' if of_owner else ''}FORCE ROW LEVEL SECURITY")


def _states() -> None:
    for table in ("user_states", "subscriptions"):
        _all_rows(table, of_owner=True)
    op.add_column("user_states", sa.Column("policy", _one_of("policy", POLICIES), nullable=True))
    op.execute(
        """
        UPDATE user_states SET policy = plans.billing_policy
        FROM subscriptions JOIN plans ON plans.id = subscriptions.plan_id
        WHERE subscriptions.account_id = user_states.account_id
        """
    )
    op.alter_column("user_states", "policy", nullable=False)
    op.create_check_constraint("policy", "user_states", "policy IN ('LICENSE', 'ACTIVE_USERS')")
    op.drop_constraint(op.f("ck_user_states_no_way_back"), "user_states")
    op.drop_constraint(op.f("ck_user_states_changes"), "user_states")
    op.create_check_constraint(
        op.f("ck_user_states_transition"),
        "user_states",
        f"policy || ' ' || coalesce(from_status, '') || '>' || to_status IN ({TRANSITIONS})",
    )
    op.create_index("ix_user_states_account_id_at", "user_states", ["account_id", "at", "id"])
    _all_rows("user_states", of_owner=False)


def _role_changes() -> None:
    op.create_table(
        "role_changes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", _one_of("role", ROLES), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('ADMINISTRATOR', 'BILLING_ADMIN', 'SUPERVISOR', 'AGENT')", name="role"
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["users.account_id", "users.id"],
            name=op.f("fk_role_changes_account_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_role_changes")),
    )
    op.create_index("ix_role_changes_account_id_at", "role_changes", ["account_id", "at", "id"])
    protect("role_changes")


def _minimum() -> None:
    op.create_table(
        "minimum_licenses",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_minimum_licenses_minimum")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_minimum_licenses_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_minimum_licenses")),
    )
    op.create_index(
        "ix_minimum_licenses_effective_on", "minimum_licenses", ["account_id", "effective_on", "id"]
    )
    op.execute(
        """
        INSERT INTO minimum_licenses (account_id, id, minimum, effective_on, at, actor)
        SELECT account_id, uuidv7(), minimum_licenses,
            coalesce(lower(current), created_at::date), created_at, 'migration'
        FROM subscriptions WHERE minimum_licenses > 0
        """
    )
    protect("minimum_licenses")
    op.drop_column("subscriptions", "minimum_licenses")
    _all_rows("subscriptions", of_owner=False)


def downgrade() -> None:
    """The minimum in force and the one agreed for later become one number again."""
    as_owner()
    _all_rows("subscriptions", of_owner=True)
    _all_rows("minimum_licenses", of_owner=True)
    op.add_column(
        "subscriptions",
        sa.Column("minimum_licenses", sa.Integer(), nullable=False, server_default="0"),
    )
    op.alter_column("subscriptions", "minimum_licenses", server_default=None)
    op.execute(
        """
        UPDATE subscriptions SET minimum_licenses = m.minimum FROM (
            SELECT DISTINCT ON (account_id) account_id, minimum FROM minimum_licenses
            ORDER BY account_id, effective_on DESC, id DESC
        ) AS m WHERE m.account_id = subscriptions.account_id
        """
    )
    op.create_check_constraint(
        op.f("ck_subscriptions_minimum_licenses"), "subscriptions", "minimum_licenses >= 0"
    )
    _all_rows("subscriptions", of_owner=False)
    op.drop_table("minimum_licenses")
    op.drop_table("role_changes")
    op.drop_index("ix_user_states_account_id_at", table_name="user_states")
    op.drop_constraint(op.f("ck_user_states_transition"), "user_states")
    op.drop_column("user_states", "policy")
    op.create_check_constraint(
        op.f("ck_user_states_no_way_back"),
        "user_states",
        "from_status IS DISTINCT FROM 'DELETED'",
    )
    op.create_check_constraint(
        op.f("ck_user_states_changes"), "user_states", "from_status IS DISTINCT FROM to_status"
    )
    as_migrator()
