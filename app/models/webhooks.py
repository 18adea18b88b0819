"""Webhooks out: where they go, and what became of each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, one_of, text, texts
from app.domain.webhooks import IN_LINE, LOGGED, DeliveryStatus, EndpointStatus


class WebhookEndpoint(Table, table=True):
    """One delivery is on its way to it at a time: by whoever holds the lease with this `fence`.

    `kinds`: none stands for all. There is no secret here: `secret_version` says which is made from
    the signing key, and the one before signs too until `old_secret_until`. `enabled_at`: when it
    was made, enabled again or moved; what waits is given up three days later at the earliest.
    `failing_since`: nothing has arrived since then. `lease_until`: when a turn ended, or will.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing_since"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    url: str = text()
    description: str = text()
    kinds: list[str] = texts()
    status: EndpointStatus = one_of(EndpointStatus, name="status", default=EndpointStatus.ENABLED)
    enabled_at: datetime = instant()
    disabled_reason: str | None = text(default=None, nullable=True)
    secret_version: int = count(default=1)
    old_secret_until: datetime | None = instant(default=None, nullable=True)
    failures: int = count(default=0)
    failing_since: datetime | None = instant(default=None, nullable=True)
    rest_until: datetime | None = instant(default=None, nullable=True)
    lease_until: datetime | None = instant(default=None, nullable=True)
    fence: int = count(default=0)
    created_at: datetime = instant()


class WebhookDelivery(Table, table=True):
    """An event for an endpoint, in the order of ids; `body` is what is signed and sent, byte for
    byte. Replayed, an event gets another delivery. The rest is of the last attempt."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        within_account("endpoint_id", "webhook_endpoints"),
        CheckConstraint("(status = 'PENDING') = (next_attempt_at IS NOT NULL)", name="pending"),
        CheckConstraint("(attempts = 0) = (attempted_at IS NULL)", name="attempted"),
        Index("ix_webhook_deliveries_endpoint", "account_id", "endpoint_id", "id"),
        Index(
            "ix_webhook_deliveries_pending",
            "account_id",
            "endpoint_id",
            "id",
            postgresql_where=sql("status = 'PENDING'"),
        ),
        Index(
            "ix_webhook_deliveries_aside",
            "account_id",
            "endpoint_id",
            "id",
            postgresql_where=sql(f"status = 'PENDING' AND attempts >= {IN_LINE}"),
        ),
        Index("ix_webhook_deliveries_created_at", "created_at"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    endpoint_id: UUID
    event_id: UUID
    body: str = text()
    status: DeliveryStatus = one_of(DeliveryStatus, name="status", default=DeliveryStatus.PENDING)
    attempts: int = count(default=0)
    next_attempt_at: datetime | None = instant(default=None, nullable=True)
    attempted_at: datetime | None = instant(default=None, nullable=True)
    response_status: int | None = count(default=None, nullable=True)
    response: str | None = text(default=None, nullable=True)
    error: str | None = text(default=None, nullable=True)
    duration_ms: int | None = count(default=None, nullable=True)
    created_at: datetime = instant()


class WebhookAttempt(Table, table=True):
    """One try of a delivery; append-only, deleted after 30 days as the delivery is.

    `response` is how the answer begins; `next_attempt_at` is null where there will be no other.
    """

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        within_account("endpoint_id", "webhook_endpoints"),
        CheckConstraint(f"length(response) <= {LOGGED}", name="response"),
        Index("ix_webhook_attempts_delivery", "account_id", "delivery_id", "id"),
        Index("ix_webhook_attempts_at", "at"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    endpoint_id: UUID
    delivery_id: UUID
    at: datetime = instant()
    response_status: int | None = count(default=None, nullable=True)
    response: str | None = text(default=None, nullable=True)
    error: str | None = text(default=None, nullable=True)
    duration_ms: int = count()
    next_attempt_at: datetime | None = instant(default=None, nullable=True)
