"""Prepaid credits: the cached balance, and the rule by which it is topped up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import instant, micros, one_of
from app.domain.top_ups import AutoTopUp, Refusal

_DEFAULT = AutoTopUp()


class Credits(Table, table=True):
    """`balance` is the sum of the ledger's CREDITS book, kept in the same transaction.

    `resumed_at`: the breaker counts no top-up from before, because it was closed then.
    """

    __tablename__ = "credits"
    __table_args__ = (
        CheckConstraint("threshold >= 0 AND amount >= 1000000", name="step"),
        CheckConstraint("daily_cap >= amount AND monthly_cap >= daily_cap", name="caps"),
        CheckConstraint("NOT (enabled AND stopped_reason IS NOT NULL)", name="stopped_is_off"),
        Index(
            "ix_credits_low", "account_id", postgresql_where=sql("enabled AND balance <= threshold")
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    balance: int = micros(default=0)
    enabled: bool = Field(default=False)
    threshold: int = micros(default=_DEFAULT.threshold)
    amount: int = micros(default=_DEFAULT.amount)
    daily_cap: int = micros(default=_DEFAULT.daily_cap)
    monthly_cap: int = micros(default=_DEFAULT.monthly_cap)
    stopped_reason: Refusal | None = one_of(
        Refusal, name="stopped_reason", default=None, nullable=True
    )
    resumed_at: datetime | None = instant(default=None, nullable=True)
