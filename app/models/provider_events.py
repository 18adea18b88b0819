"""What payment providers have told us by webhooks, as they said it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, instant, one_of, text
from app.domain.provider_events import EventOutcome


class ReceivedEvent(Table, table=True):
    """One event, however often it came (P6); the row is the job of looking what it is about.

    It may be of nobody: an account and a payment that it names need not be there. `payment_id` is
    the key of the charge; without one `reference` may name it. `next_at` is when it is to be worked
    on, again if need be; all times are the machine's.
    """

    __tablename__ = "provider_events"
    __table_args__ = (
        Index("ix_provider_events_open", "next_at", postgresql_where=sql("processed_at IS NULL")),
    )

    provider: str = text(primary_key=True)
    id: str = text(primary_key=True)
    kind: str = text()
    account_id: UUID | None = Field(default=None)
    payment_id: UUID | None = Field(default=None)
    reference: str | None = text(default=None)
    body: bytes = Field(sa_type=LargeBinary)
    occurred_at: datetime = instant()
    received_at: datetime = instant()
    attempts: int = count(default=0)
    next_at: datetime = instant()
    processed_at: datetime | None = instant(default=None, nullable=True)
    outcome: EventOutcome | None = one_of(EventOutcome, name="outcome", default=None, nullable=True)
