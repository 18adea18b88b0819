"""Alembic runs on the connection that `app.db.migrate` hands over; there is no ini file."""

from alembic import context

import app.models  # noqa: F401 - registers the tables
from app.db.base import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
