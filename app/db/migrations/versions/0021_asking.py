"""Nobody says what came of a payment while the provider is being asked for it."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import SERVING, as_migrator, as_owner

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    as_owner()
    op.add_column("payments", sa.Column("asking_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"GRANT UPDATE (asking_until) ON payments TO {', '.join(SERVING)}")
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_column("payments", "asking_until")
    as_migrator()
