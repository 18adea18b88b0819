"""The catalogue (P2, P3): plans, effective-dated prices and rate cards. It has no account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import (
    DateRange,
    InstantRange,
    days,
    identity,
    instant,
    instants,
    micros,
    one_of,
    text,
)
from app.domain.plans import BillingPolicy, Component, Term
from app.domain.usage import Direction, Initiator, LineType, UsageKind


class Plan(Table, table=True):
    """A plan; its policy (P4) says which users count and whether mid-term additions cost."""

    __tablename__ = "plans"

    id: str = text(primary_key=True)
    name: str = text(unique=True)
    billing_policy: BillingPolicy = one_of(BillingPolicy, name="billing_policy")
    currency: str = text()


class Price(Table, table=True):
    """The price of one unit for one whole term; one price at a time (`effective`).

    `is_example` marks figures that no source gives: they are for the demo catalogue.
    """

    __tablename__ = "prices"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        ExcludeConstraint(
            ("plan_id", "="),
            ("component", "="),
            ("term", "="),
            ("effective", "&&"),
            name="one_price_at_a_time",
            using="gist",
        ),
    )

    id: UUID = identity()
    plan_id: str = text(foreign_key="plans.id")
    component: Component = one_of(Component, name="component")
    term: Term = one_of(Term, name="term")
    effective: DateRange = days()
    amount: int = micros()
    is_example: bool = Field(default=False)


class Rate(Table, table=True):
    """The rate per unit of one cell of a plan's card, in force for events within `effective`.

    `included` is a decision that was recorded (M2), not every rate of 0. `reason`, `actor` and
    `at` (the machine's time) say who set it; the catalogue was shipped without.
    """

    __tablename__ = "rates"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("NOT included OR amount = 0", name="included_is_free"),
        ExcludeConstraint(
            ("plan_id", "="),
            ("kind", "="),
            ("direction", "="),
            ("line_type", "="),
            ("initiator", "="),
            ("effective", "&&"),
            name="one_rate_at_a_time",
            using="gist",
        ),
    )

    id: UUID = identity()
    plan_id: str = text(foreign_key="plans.id")
    kind: UsageKind = one_of(UsageKind, name="kind")
    direction: Direction = one_of(Direction, name="direction")
    line_type: LineType = one_of(LineType, name="line_type")
    initiator: Initiator = one_of(Initiator, name="initiator")
    effective: InstantRange = instants()
    amount: int = micros()
    is_example: bool = Field(default=False)
    included: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    reason: str | None = text(default=None, nullable=True)
    actor: str | None = text(default=None, nullable=True)
    at: datetime | None = instant(default=None, nullable=True)
