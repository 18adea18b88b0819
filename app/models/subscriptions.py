"""Subscriptions: the plan and term of an account, the days that are paid for, the contract."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import DateRange, count, days, identity, instant, one_of, text
from app.domain.plan_changes import SubscriptionChangeKind
from app.domain.plans import Term


class Subscription(Table, table=True):
    """One per account. `current` is the paid term; null while the account is a trial.

    What is held is not stored: it is the rectangles of the charges (I7). `priced_on`: the day
    whose prices hold until the next renewal. `next_...`: what that renewal begins with (L7), if
    not with the same. `ends_on`: cancelled, there is no renewal.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("account_id"),
        CheckConstraint("NOT isempty(current)", name="current"),
        CheckConstraint(
            "(current IS NULL) = (priced_on IS NULL) AND priced_on <@ current", name="priced_on"
        ),
        CheckConstraint("(next_plan_id IS NULL) = (next_term IS NULL)", name="next"),
        CheckConstraint("ends_on = upper(current)", name="ends_on"),
        CheckConstraint("upgrades >= 0", name="upgrades"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    plan_id: str = text(foreign_key="plans.id")
    term: Term = one_of(Term, name="term")
    current: DateRange | None = days(default=None, nullable=True)
    created_at: datetime = instant()
    version: int = count(default=1)
    priced_on: date | None = Field(default=None)
    next_plan_id: str | None = text(default=None, nullable=True, foreign_key="plans.id")
    next_term: Term | None = one_of(Term, name="next_term", default=None, nullable=True)
    upgrades: int = count(default=0, sa_column_kwargs={"server_default": "0"})
    ends_on: date | None = Field(default=None)


class SubscriptionChange(Table, table=True):
    """What became of plan and term, and when; never updated. `effective_on` is a local day."""

    __tablename__ = "subscription_changes"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    kind: SubscriptionChangeKind = one_of(SubscriptionChangeKind, name="kind")
    from_plan_id: str = text(foreign_key="plans.id")
    from_term: Term = one_of(Term, name="from_term")
    to_plan_id: str = text(foreign_key="plans.id")
    to_term: Term = one_of(Term, name="to_term")
    effective_on: date = Field()
    reason: str | None = text(default=None, nullable=True)
    at: datetime = instant()
    actor: str = text()


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
