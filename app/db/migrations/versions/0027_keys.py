"""Keys of two worlds, with scopes, an end, a second text while they rotate; partners' grants."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, as_migrator, as_owner, protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

PLATFORM = "'00000000-0000-0000-0000-000000000000'"
CHANGED = "digest, last4, previous_digest, previous_ends_at, last_used_at"
INSTANTS = ("previous_ends_at", "expires_at", "last_used_at")
TEXTS = ("last4", "previous_digest")


def _keys() -> None:
    for name in TEXTS:
        op.add_column("api_keys", sa.Column(name, sa.Text(), nullable=True))
    for name in INSTANTS:
        op.add_column("api_keys", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_keys", sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("api_keys", sa.Column("environment", sa.String(length=32), nullable=True))
    for name, rule in (
        ("environment", "environment IN ('LIVE', 'TEST')"),
        ("previous_ends", "(previous_digest IS NULL) = (previous_ends_at IS NULL)"),
        ("scopes", "cardinality(scopes) > 0"),
    ):
        op.create_check_constraint(op.f(f"ck_api_keys_{name}"), "api_keys", rule)
    op.drop_constraint(op.f("ck_api_keys_operators_have_no_account"), "api_keys")
    op.create_check_constraint(
        op.f("ck_api_keys_operators_have_no_account"),
        "api_keys",
        f"CASE WHEN account_id = {PLATFORM} THEN role IN ('OPS', 'PARTNER') ELSE role <> 'OPS' END",
    )
    op.create_index(
        "uq_api_keys_account_id_previous_digest",
        "api_keys",
        ["account_id", "previous_digest"],
        unique=True,
    )
    op.execute(f"GRANT UPDATE ({CHANGED}) ON api_keys TO {', '.join(SERVING)}")


def _grants() -> None:
    op.create_table(
        "api_key_grants",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_api_key_grants_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_api_key_grants")),
    )
    granted = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_api_key_grants_account_id_key_id",
        "api_key_grants",
        ["account_id", "key_id"],
        unique=True,
        postgresql_where=granted,
    )
    op.create_index(
        "ix_api_key_grants_key_id", "api_key_grants", ["key_id"], postgresql_where=granted
    )
    protect("api_key_grants", update=("revoked_at",))


def upgrade() -> None:
    as_owner()
    _keys()
    _grants()
    as_migrator()


def downgrade() -> None:
    """Keys of the new sort are nobody's afterwards, and those of partners cannot be kept."""
    as_owner()
    op.drop_table("api_key_grants")
    op.execute("ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM api_keys WHERE account_id = {PLATFORM} AND role = 'PARTNER'")
    op.execute("ALTER TABLE api_keys FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f("ck_api_keys_operators_have_no_account"), "api_keys")
    op.create_check_constraint(
        op.f("ck_api_keys_operators_have_no_account"),
        "api_keys",
        f"(role = 'OPS') = (account_id = {PLATFORM})",
    )
    for name in (*TEXTS, *INSTANTS, "scopes", "environment"):
        op.drop_column("api_keys", name)
    as_migrator()
