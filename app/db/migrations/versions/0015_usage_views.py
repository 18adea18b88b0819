"""Usage is looked at by the day on which it happened, and event by event: of a user, of a line, of
a hold, of a source, or of a cell of the rate card. Each index begins with the account and ends in the order of
the list, so that a page costs its rows."""

from alembic import op

from app.db.protection import as_migrator, as_owner

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CELL = "kind, direction, line_type, initiator, included"
INDEXES = {
    "ix_usage_days_account_id_happened_on": "usage_days (account_id, happened_on)",
    "ix_usage_events_account_id_cell": f"usage_events (account_id, {CELL}, posted_at, id)",
    **{
        f"ix_usage_events_account_id_{column}": (
            f"usage_events (account_id, {column}, posted_at, id) WHERE {column} IS NOT NULL"
        )
        for column in ("user_id", "line_id", "hold_id")
    },
    "ix_usage_events_account_id_source": (
        "usage_events (account_id, source, posted_at, id) WHERE source <> ''"
    ),
}


def upgrade() -> None:
    as_owner()
    for name, of in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {of}")
    as_migrator()


def downgrade() -> None:
    as_owner()
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    as_migrator()
