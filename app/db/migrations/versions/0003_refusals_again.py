"""A top-up that stays refused at a cap is recorded again when the balance has fallen further."""

from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "top_up_refusals"
ONCE = "uq_top_up_refusals_account_id_episode_reason"
AGAIN = "uq_top_up_refusals_account_id_episode_reason_balance"


def upgrade() -> None:
    as_owner()
    op.drop_constraint(op.f(ONCE), TABLE)
    op.create_unique_constraint(op.f(AGAIN), TABLE, ["account_id", "episode", "reason", "balance"])
    as_migrator()


def downgrade() -> None:
    """The first of each episode and reason stays; row security would hide the others."""
    as_owner()
    op.execute(f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"""
        DELETE FROM {TABLE} later USING {TABLE} earlier
        WHERE (later.account_id, later.episode, later.reason)
            = (earlier.account_id, earlier.episode, earlier.reason) AND later.id > earlier.id
        """
    )
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f(AGAIN), TABLE)
    op.create_unique_constraint(op.f(ONCE), TABLE, ["account_id", "episode", "reason"])
    as_migrator()
