"""Events of providers that know no key of ours, such as those of disputes, name a charge."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.add_column("provider_events", sa.Column("reference", sa.Text(), nullable=True))
    op.create_index(
        "ix_payments_provider_reference",
        "payments",
        ["provider", "reference"],
        postgresql_where=sa.text("decline_code IS NULL AND reference IS NOT NULL"),
    )
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_index("ix_payments_provider_reference", "payments")
    op.drop_column("provider_events", "reference")
    as_migrator()
