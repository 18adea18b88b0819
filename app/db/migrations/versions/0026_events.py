"""What happens is told: a row per event, the endpoints that hear of it, a row per delivery."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.protection import as_migrator, as_owner, protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ENDPOINT = (
    *("url", "description", "kinds", "status", "enabled_at", "disabled_reason"),
    *(
        "secret_version",
        "old_secret_until",
        "failures",
        "failing_since",
        "rest_until",
        "lease_until",
        "fence",
    ),
)
DELIVERY = (
    *("status", "attempts", "next_attempt_at", "attempted_at", "response_status", "response"),
    *("error", "duration_ms"),
)
AT = sa.DateTime(timezone=True)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_at", "events", ["at", "id"])
    op.create_index("ix_events_kind", "events", ["account_id", "kind", "id"])
    protect("events")


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", _one_of("ENABLED", "DISABLED", "DELETED"), nullable=False),
        sa.Column("enabled_at", AT, nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("secret_version", sa.Integer(), nullable=False),
        sa.Column("old_secret_until", AT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", AT, nullable=True),
        sa.Column("rest_until", AT, nullable=True),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_webhook_endpoints_failures")),
        sa.CheckConstraint(
            "(failures = 0) = (failing_since IS NULL)",
            name=op.f("ck_webhook_endpoints_failing_since"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_webhook_endpoints_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_webhook_endpoints")),
    )
    protect("webhook_endpoints", update=ENDPOINT)


def _one_of(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="status", native_enum=False, create_constraint=True, length=32)


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", _one_of("PENDING", "DELIVERED", "FAILED"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", AT, nullable=True),
        sa.Column("attempted_at", AT, nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.CheckConstraint(
            "(status = 'PENDING') = (next_attempt_at IS NOT NULL)",
            name=op.f("ck_webhook_deliveries_pending"),
        ),
        sa.CheckConstraint(
            "(attempts = 0) = (attempted_at IS NULL)",
            name=op.f("ck_webhook_deliveries_attempted"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_webhook_deliveries_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "endpoint_id"],
            ["webhook_endpoints.account_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_account_id_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_webhook_deliveries")),
    )
    line = ["account_id", "endpoint_id", "id"]
    op.create_index("ix_webhook_deliveries_endpoint", "webhook_deliveries", line)
    op.create_index(
        "ix_webhook_deliveries_pending",
        "webhook_deliveries",
        line,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_webhook_deliveries_aside",
        "webhook_deliveries",
        line,
        postgresql_where=sa.text("status = 'PENDING' AND attempts >= 5"),
    )
    op.create_index("ix_webhook_deliveries_created_at", "webhook_deliveries", ["created_at"])
    protect("webhook_deliveries", update=DELIVERY)


def upgrade() -> None:
    as_owner()
    _events()
    _endpoints()
    _deliveries()
    op.execute("GRANT DELETE ON events, webhook_deliveries TO perseat_worker")
    as_migrator()


def downgrade() -> None:
    as_owner()
    for table in ("webhook_deliveries", "webhook_endpoints", "events"):
        op.drop_table(table)
    as_migrator()
