"""Subscriptions: the plan and term of an account, the days that are paid for, the contract."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
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
        CheckConstraint("NOT isempty(current)", name="current"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    plan_id: str = text(foreign_key="plans.id")
    term: Term = one_of(Term, name="term")
    current: DateRange | None = days(default=None, nullable=True)
    created_at: datetime = instant()
    version: int = count(default=1)


class MinimumLicenses(Table, table=True):
    """L1: a contracted floor, from the first renewal on or after `effective_on`; never updated.

    In force for a term is the latest that is effective on its first day; of two for one day, the
    one that was written later.
    """

    __tablename__ = "minimum_licenses"
    __table_args__ = (
        CheckConstraint("minimum >= 0", name="minimum"),
        Index("ix_minimum_licenses_effective_on", "account_id", "effective_on", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    minimum: int = count()
    effective_on: date = Field()
    contract: str | None = text(default=None, nullable=True)
    at: datetime = instant()
    actor: str = text()
