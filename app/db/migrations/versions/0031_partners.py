"""Keys of requests that are of no account yet, which are forgotten in time; each attempt of a
webhook."""

import sqlalchemy as sa
from alembic import op

from app.db.protection import as_migrator, as_owner, protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KEYS, ATTEMPTS = "idempotency_keys", "webhook_attempts"
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    as_owner()
    op.drop_constraint(op.f("fk_idempotency_keys_account_id"), KEYS, type_="foreignkey")
    op.create_index("ix_idempotency_keys_created_at", KEYS, ["created_at"])
    op.create_table(
        ATTEMPTS,
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", AT, nullable=True),
        sa.CheckConstraint("length(response) <= 200", name=op.f("ck_webhook_attempts_response")),
        sa.ForeignKeyConstraint(
            ["account_id", "endpoint_id"],
            ["webhook_endpoints.account_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_attempts_account_id_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index("ix_webhook_attempts_delivery", ATTEMPTS, ["account_id", "delivery_id", "id"])
    op.create_index("ix_webhook_attempts_at", ATTEMPTS, ["at"])
    protect(ATTEMPTS)
    op.execute(f"GRANT DELETE ON {KEYS}, {ATTEMPTS} TO perseat_worker")
    as_migrator()


def downgrade() -> None:
    as_owner()
    op.drop_table(ATTEMPTS)
    op.execute(f"REVOKE DELETE ON {KEYS} FROM perseat_worker")
    op.drop_index("ix_idempotency_keys_created_at", KEYS)
    op.execute(f"ALTER TABLE {KEYS} NO FORCE ROW LEVEL SECURITY")  # or its owner sees no row
    op.execute("DELETE FROM idempotency_keys WHERE account_id = CAST(lpad('', 32, '0') AS uuid)")
    op.execute(f"ALTER TABLE {KEYS} FORCE ROW LEVEL SECURITY")
    op.create_foreign_key(
        op.f("fk_idempotency_keys_account_id"), KEYS, "accounts", ["account_id"], ["id"]
    )
    as_migrator()
