"""Lines, ring groups, contacts and history: what a user is part of, and leaves when deleted (U5).

History may lose its user and nothing else: a policy allows no other update of `communications`.
"""

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, TENANT, as_migrator, as_owner, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "communications",
    "contacts",
    "contact_lists",
    "lines",
    "ring_group_members",
    "ring_groups",
)


def upgrade() -> None:
    as_owner()
    _routing()
    _contacts()
    _communications()
    protect("ring_groups")
    protect("ring_group_members", delete=True)
    protect("lines", update=("owner_id", "ring_group_id", "voicemail"))
    protect("contact_lists", update=("owner_id",), delete=True)
    protect("contacts", update=("assigned_to", "contact_list_id"))
    protect("communications", update=("user_id",))
    for role, mine in zip(SERVING, (f"account_id = {TENANT}", "true"), strict=True):
        op.execute(
            f"ALTER POLICY {role}_update ON communications WITH CHECK ({mine} AND user_id IS NULL)"
        )
    as_migrator()


def _of_account(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id")
        ),
    )


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{target}.account_id", f"{target}.id"],
        name=op.f(f"fk_{table}_account_id_{column}"),
    )


def _index_if_set(table: str, column: str, *more: str) -> None:
    op.create_index(
        f"ix_{table}_account_id_{column}",
        table,
        ["account_id", column, *more],
        unique=False,
        postgresql_where=sa.text(f"{column} IS NOT NULL"),
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _routing() -> None:
    op.create_table(
        "ring_groups",
        *_of_account("ring_groups"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_ring_groups_name")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_ring_groups_account_id_name")),
    )
    op.create_table(
        "ring_group_members",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("ring_group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint('"position" > 0', name=op.f("ck_ring_group_members_position")),
        _within("ring_group_members", "ring_group_id", "ring_groups"),
        _within("ring_group_members", "user_id", "users"),
        sa.PrimaryKeyConstraint(
            "account_id", "ring_group_id", "user_id", name=op.f("pk_ring_group_members")
        ),
        sa.UniqueConstraint(
            "account_id",
            "ring_group_id",
            "position",
            name=op.f("uq_ring_group_members_account_id_ring_group_id_position"),
        ),
    )
    op.create_index(
        "ix_ring_group_members_account_id_user_id",
        "ring_group_members",
        ["account_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "lines",
        *_of_account("lines"),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("ring_group_id", sa.Uuid(), nullable=True),
        sa.Column("voicemail", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number ~ '^[+][1-9][0-9]{6,14}$'", name=op.f("ck_lines_number")),
        sa.CheckConstraint(
            "owner_id IS NULL OR ring_group_id IS NULL", name=op.f("ck_lines_owner_or_ring_group")
        ),
        sa.CheckConstraint(
            "NOT voicemail OR owner_id IS NOT NULL", name=op.f("ck_lines_voicemail_has_an_owner")
        ),
        _within("lines", "owner_id", "users"),
        _within("lines", "ring_group_id", "ring_groups"),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_lines_account_id_number")),
    )
    _index_if_set("lines", "owner_id")


def _contacts() -> None:
    op.create_table(
        "contact_lists",
        *_of_account("contact_lists"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_contact_lists_name")),
        _within("contact_lists", "owner_id", "users"),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_contact_lists_account_id_name")),
    )
    _index_if_set("contact_lists", "owner_id")
    op.create_table(
        "contacts",
        *_of_account("contacts"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Uuid(), nullable=True),
        sa.Column("contact_list_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_contacts_name")),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name=op.f("ck_contacts_phone")),
        _within("contacts", "assigned_to", "users"),
        _within("contacts", "contact_list_id", "contact_lists"),
    )
    _index_if_set("contacts", "assigned_to")
    _index_if_set("contacts", "contact_list_id")


def _communications() -> None:
    op.create_table(
        "communications",
        *_of_account("communications"),
        sa.Column("kind", _one_of("kind", "CALL", "MESSAGE"), nullable=False),
        sa.Column("direction", _one_of("direction", "INBOUND", "OUTBOUND"), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        _within("communications", "line_id", "lines"),
        _within("communications", "user_id", "users"),
        _within("communications", "contact_id", "contacts"),
    )
    _index_if_set("communications", "user_id", "kind")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
