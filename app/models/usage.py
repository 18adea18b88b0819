"""Usage events (M1): facts that partners report, rated once, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, micros, one_of, text
from app.domain.usage import Direction, Initiator, LineType, UsageKind


class UsageEvent(Table, table=True):
    """`event_id` is the partner's and unique in the account; `batch_id` is its ledger debit.

    `amount` = `rate` x `quantity`, exact to the micro (C4); included usage has the rate 0 (M2).
    """

    __tablename__ = "usage_events"
    __table_args__ = (
        within_account("user_id", "users"),
        UniqueConstraint("account_id", "event_id"),
        CheckConstraint("quantity > 0 AND rate >= 0", name="positive"),
        CheckConstraint("amount = rate * quantity", name="amount"),
        CheckConstraint("NOT included OR rate = 0", name="included_is_free"),
        Index("ix_usage_events_account_id_posted_at", "account_id", "posted_at", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    event_id: str = text()
    kind: UsageKind = one_of(UsageKind, name="kind")
    direction: Direction = one_of(Direction, name="direction")
    line_type: LineType = one_of(LineType, name="line_type")
    initiator: Initiator = one_of(Initiator, name="initiator")
    quantity: int = count()
    user_id: UUID | None = Field(default=None)
    happened_at: datetime = instant()
    posted_at: datetime = instant()
    rate: int = micros()
    amount: int = micros()
    included: bool = Field()
    batch_id: UUID = Field()
