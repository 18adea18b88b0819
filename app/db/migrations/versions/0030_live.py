"""Each event knows the transaction that wrote it, so that who listens misses none of them."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    written_by = sa.text("pg_current_xact_id()::text::bigint")
    op.add_column(
        "events", sa.Column("xid", sa.BigInteger(), server_default=written_by, nullable=False)
    )
    op.create_index("ix_events_xid", "events", ["account_id", "xid"])
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_index("ix_events_xid", "events")
    op.drop_column("events", "xid")
    as_migrator()
