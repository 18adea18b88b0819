"""Subscriptions: the plan and term of an account, and the days that are paid for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import DateRange, count, days, identity, instant, one_of, text
from app.domain.plans import Term


class Subscription(Table, table=True):
    """One per account. `current` is the paid term; null while the account is a trial.

    What is held is not stored: it is the rectangles of the charges (I7).
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("account_id"),
        CheckConstraint("minimum_licenses >= 0", name="minimum_licenses"),
        CheckConstraint("NOT isempty(current)", name="current"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    plan_id: str = text(foreign_key="plans.id")
    term: Term = one_of(Term, name="term")
    minimum_licenses: int = count(default=0)
    current: DateRange | None = days(default=None, nullable=True)
    created_at: datetime = instant()
    version: int = count(default=1)
