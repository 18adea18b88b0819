"""Prices that were negotiated with one account (P2)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import identity, instant, micros, one_of, text
from app.domain.plans import Component, Term


class AccountPrice(Table, table=True):
    """The price of one unit for one whole term, before the list's; never updated.

    It counts from the first renewal (or upgrade) on or after `effective_on`; of two for one day,
    the one that was written later. Without an amount, the list's price counts again.
    """

    __tablename__ = "account_prices"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    plan_id: str = text(foreign_key="plans.id")
    component: Component = one_of(Component, name="component")
    term: Term = one_of(Term, name="term")
    effective_on: date = Field()
    amount: int | None = micros(default=None, nullable=True)
    contract: str | None = text(default=None, nullable=True)
    at: datetime = instant()
    actor: str = text()
