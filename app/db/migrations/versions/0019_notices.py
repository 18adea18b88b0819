"""Payment methods remember how many days before their end somebody was last told of it."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.add_column("payment_methods", sa.Column("expiry_told", sa.Integer(), nullable=True))
    op.execute("GRANT UPDATE (expiry_told) ON payment_methods TO perseat_worker")
    as_migrator()


def downgrade() -> None:
    op.drop_column("payment_methods", "expiry_told")
