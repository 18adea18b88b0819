"""Holds: credits that are set aside for a campaign before it is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import identity, instant, micros, text


class UsageHold(Table, table=True):
    """`used` is the sum of the amounts of the events that were reported for it; it may exceed
    `amount`. `request` is the fingerprint of what was asked for.

    One that has expired is closed (`released_at` = `expires_at`) no sooner than somebody takes
    its reference again.
    """

    __tablename__ = "usage_holds"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("expires_at > created_at", name="expires"),
        CheckConstraint("released_at >= created_at", name="released"),
        Index(
            "uq_usage_holds_reference",
            "account_id",
            "reference",
            unique=True,
            postgresql_where=sql("released_at IS NULL"),
        ),
        Index(
            "ix_usage_holds_expires_at",
            "account_id",
            "expires_at",
            postgresql_where=sql("released_at IS NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    reference: str = text()
    request: str = text()
    amount: int = micros()
    used: int = micros(default=0)
    actor: str = text()
    created_at: datetime = instant()
    expires_at: datetime = instant()
    released_at: datetime | None = instant(default=None, nullable=True)
