"""Rates beside the cards of the plans: carriers' fees, and what one account has negotiated (M2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import InstantRange, identity, instant, instants, micros, one_of, text
from app.domain.usage import Direction, Initiator, LineType, UsageKind


class CarrierFee(Table, table=True):
    """What a carrier asks for each segment within `effective`, passed on without a markup.

    A carrier without a row for a kind and direction asks for nothing there. `is_example` marks
    figures that no source gives.
    """

    __tablename__ = "carrier_fees"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("carrier ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="carrier"),
        ExcludeConstraint(
            ("carrier", "="),
            ("kind", "="),
            ("direction", "="),
            ("effective", "&&"),
            name="one_carrier_fee_at_a_time",
            using="gist",
        ),
    )

    id: UUID = identity()
    carrier: str = text()
    kind: UsageKind = one_of(UsageKind, name="kind")
    direction: Direction = one_of(Direction, name="direction")
    effective: InstantRange = instants()
    amount: int = micros()
    is_example: bool = Field(default=False)


class AccountRate(Table, table=True):
    """The rate of one unit, before the card's; never updated. What is null is all of them.

    It counts for events from `effective_at` on; of two that reach a cell the one of the later
    instant, then the one that was written later. Without an amount, the plan's counts again.
    """

    __tablename__ = "account_rates"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("NOT included OR coalesce(amount = 0, false)", name="included_is_free"),
        Index("ix_account_rates_effective_at", "account_id", "effective_at", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    plan_id: str | None = text(default=None, nullable=True, foreign_key="plans.id")
    kind: UsageKind | None = one_of(UsageKind, name="kind", default=None, nullable=True)
    direction: Direction | None = one_of(Direction, name="direction", default=None, nullable=True)
    line_type: LineType | None = one_of(LineType, name="line_type", default=None, nullable=True)
    initiator: Initiator | None = one_of(Initiator, name="initiator", default=None, nullable=True)
    amount: int | None = micros(default=None, nullable=True)
    included: bool = Field(default=False)
    effective_at: datetime = instant()
    contract: str | None = text(default=None, nullable=True)
    at: datetime = instant()
    actor: str = text()
