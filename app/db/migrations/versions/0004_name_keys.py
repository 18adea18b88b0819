"""People are sorted and searched by a key without case and accents."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner
from app.domain.users import name_key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    op.add_column("users", sa.Column("name_key", sa.Text(collation="C"), nullable=True))
    bind = op.get_bind()
    people = bind.execute(sa.text("SELECT account_id, id, first_name, last_name FROM users")).all()
    if people:
        bind.execute(
            sa.text("UPDATE users SET name_key = :key WHERE account_id = :account_id AND id = :id"),
            [
                {"account_id": each[0], "id": each[1], "key": name_key(each[2], each[3])}
                for each in people
            ],
        )
    op.alter_column("users", "name_key", nullable=False)
    op.create_index("ix_users_account_id_name_key", "users", ["account_id", "name_key", "id"])
    op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_index("ix_users_account_id_name_key", table_name="users")
    op.drop_column("users", "name_key")
    as_migrator()
