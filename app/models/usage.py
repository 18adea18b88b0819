"""Usage (M1): facts that partners report, rated once, never changed; and their sums by day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, micros, one_of, text
from app.domain.usage import Direction, Initiator, LineType, UsageKind


def _of(column: str, condition: str = "IS NOT NULL") -> Index:
    """For pages of what has one, newest first."""
    name = f"ix_usage_events_account_id_{column}"
    where = sql(f"{column} {condition}")
    return Index(name, "account_id", column, "posted_at", "id", postgresql_where=where)


class UsageEvent(Table, table=True):
    """`event_id` is the partner's, unique in the account and `source`; `batch_id` is its debit.

    `amount` = `rate` x `quantity` and `fee` (the carrier's) = `fee_rate` x `quantity`, exact to
    the micro (C4); included usage has the rate 0 (M2). A `deferred` amount is debited when its
    day ends, a fee on the next day. What `adjusts` another event has the difference of quantities,
    which may be negative, and its rates.
    """

    __tablename__ = "usage_events"
    __table_args__ = (
        within_account("user_id", "users"),
        within_account("line_id", "lines"),
        within_account("hold_id", "usage_holds"),
        within_account("adjusts", "usage_events"),
        UniqueConstraint("account_id", "source", "event_id"),
        CheckConstraint(
            "rate >= 0 AND fee_rate >= 0 AND (quantity > 0 OR adjusts IS NOT NULL)",
            name="positive",
        ),
        CheckConstraint("(adjusts IS NULL) = (reason IS NULL)", name="reason"),
        CheckConstraint("amount = rate * quantity", name="amount"),
        CheckConstraint("fee = fee_rate * quantity", name="fee"),
        CheckConstraint("NOT included OR rate = 0", name="included_is_free"),
        Index("ix_usage_events_account_id_posted_at", "account_id", "posted_at", "id"),
        Index(
            "ix_usage_events_account_id_adjusts",
            "account_id",
            "adjusts",
            postgresql_where=sql("adjusts IS NOT NULL"),
        ),
        Index(
            "ix_usage_events_account_id_cell",
            "account_id",
            "kind",
            "direction",
            "line_type",
            "initiator",
            "included",
            "posted_at",
            "id",
        ),
        *(_of("user_id"), _of("line_id"), _of("hold_id"), _of("source", "<> ''")),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    source: str = text(default="")
    event_id: str = text()
    kind: UsageKind = one_of(UsageKind, name="kind")
    direction: Direction = one_of(Direction, name="direction")
    line_type: LineType = one_of(LineType, name="line_type")
    initiator: Initiator = one_of(Initiator, name="initiator")
    quantity: int = count()
    user_id: UUID | None = Field(default=None)
    line_id: UUID | None = Field(default=None)
    carrier: str | None = text(default=None, nullable=True)
    hold_id: UUID | None = Field(default=None)
    happened_at: datetime = instant()
    posted_at: datetime = instant()
    rate: int = micros()
    amount: int = micros()
    included: bool = Field()
    fee_rate: int = micros(default=0)
    fee: int = micros(default=0)
    deferred: bool = Field(default=False)
    adjusts: UUID | None = Field(default=None)
    reason: str | None = text(default=None, nullable=True)
    batch_id: UUID = Field()


class UsageDay(Table, table=True):
    """The events of one cell, by the local days on which they were posted and happened.

    Kept in the transaction that posts them; `perseat verify` proves that they are their sums.
    """

    __tablename__ = "usage_days"
    __table_args__ = (
        UniqueConstraint(
            "account_id",
            "posted_on",
            "happened_on",
            "kind",
            "direction",
            "line_type",
            "initiator",
            "included",
            "user_id",
            "line_id",
            name="uq_usage_days_cell",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_usage_days_account_id_happened_on", "account_id", "happened_on"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    posted_on: date = Field()
    happened_on: date = Field()
    kind: UsageKind = one_of(UsageKind, name="kind")
    direction: Direction = one_of(Direction, name="direction")
    line_type: LineType = one_of(LineType, name="line_type")
    initiator: Initiator = one_of(Initiator, name="initiator")
    included: bool = Field()
    user_id: UUID | None = Field(default=None)
    line_id: UUID | None = Field(default=None)
    events: int = count()
    quantity: int = micros()
    amount: int = micros()
    fee: int = micros()
