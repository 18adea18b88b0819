"""Charges and invoices (I1 to I7). An invoice is a set of charges; there are no copied lines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import (
    DateRange,
    SlotRange,
    count,
    days,
    identity,
    instant,
    json,
    micros,
    one_of,
    slot_range,
    text,
)
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.plans import Component


class Invoice(Table, table=True):
    """Inserted when it is final: only what was paid and credited, and the status, change later.
    `total` is the sum of its charges and their `tax`. `refundable`: paid, credited afterwards and
    owed back. `bill_to` and `tax_rate` are those of its day. VOID is the end: it never changes.

    One per account, period and kind, except top-ups and adjustments (I1). `number` counts from 1
    in each account without gaps (I3). `next_attempt_at`: when collection tries (again).
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        Index(
            "uq_invoices_account_id_period_kind",
            "account_id",
            sql("lower(period)"),
            "kind",
            unique=True,
            postgresql_where=sql("kind NOT IN ('TOP_UP', 'ADJUSTMENT') AND status <> 'VOID'"),
        ),
        Index(
            "ix_invoices_next_attempt_at",
            "next_attempt_at",
            postgresql_where=sql("next_attempt_at IS NOT NULL"),
        ),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("total >= 0 AND total % 10000 = 0", name="total"),
        CheckConstraint(
            "paid BETWEEN 0 AND total AND credited BETWEEN 0 AND total"
            " AND refundable BETWEEN 0 AND paid AND paid + credited - refundable <= total",
            name="due",
        ),
        CheckConstraint(
            "CASE status WHEN 'PAID' THEN paid + credited - refundable = total"
            " WHEN 'VOID' THEN paid = 0 AND credited = 0"
            " ELSE paid + credited - refundable < total END",
            name="status_is_what_is_due",
        ),
        CheckConstraint("tax BETWEEN 0 AND total AND tax % 10000 = 0", name="tax"),
        CheckConstraint("tax_rate BETWEEN 0 AND 1000000", name="tax_rate"),
        CheckConstraint(
            "next_attempt_at IS NULL OR status IN ('OPEN', 'PAST_DUE')", name="attempts_while_due"
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    number: int = count()
    kind: InvoiceKind = one_of(InvoiceKind, name="kind")
    status: InvoiceStatus = one_of(InvoiceStatus, name="status")
    period: DateRange = days()
    issued_on: date = Field()
    due_on: date = Field()
    currency: str = text()
    billing_timezone: str = text()
    total: int = micros()
    paid: int = micros(default=0)
    credited: int = micros(default=0)
    refundable: int = micros(default=0)
    tax: int = micros(default=0)
    tax_rate: int = count(default=0)
    bill_to: dict[str, Any] = json()
    next_attempt_at: datetime | None = instant(default=None, nullable=True)
    created_at: datetime = instant()


class Charge(Table, table=True):
    """A charge without an invoice is an unbilled charge (I1); with one it never changes again.

    `slots` x `period` is a rectangle: unit numbers times the days paid for; no two of one
    component overlap (I7), nor of one upgrade (L7). `derivation`: version, inputs, steps (I5).
    `tax` is its share of the invoice's. One that was `replaced` by a charge of a reissued invoice,
    which names it in `replaces`, gives its rectangle to it and stays on the void invoice.
    """

    __tablename__ = "charges"
    __table_args__ = (
        within_account("invoice_id", "invoices"),
        within_account("replaces", "charges"),
        ExcludeConstraint(
            ("account_id", "="),
            ("component", "="),
            ("upgrade", "="),
            ("slots", "&&"),
            ("period", "&&"),
            where=sql("NOT replaced"),
            name="no_day_billed_twice",
            using="gist",
        ),
        Index("ix_charges_account_id_invoice_id", "account_id", "invoice_id"),
        Index(
            "uq_charges_account_id_replaces",
            "account_id",
            "replaces",
            unique=True,
            postgresql_where=sql("replaces IS NOT NULL"),
        ),
        CheckConstraint("tax >= 0 AND tax % 10000 = 0", name="tax"),
        CheckConstraint(
            "invoice_id IS NOT NULL OR tax = 0 AND NOT replaced", name="unbilled_is_plain"
        ),
        CheckConstraint("quantity > 0 AND unit_amount >= 0", name="positive"),
        CheckConstraint("amount = unit_amount * quantity", name="amount"),
        CheckConstraint("unit_amount % 10000 = 0", name="whole_cents"),
        CheckConstraint(
            "(component IS NULL) = (slots IS NULL) AND (slots IS NULL) = (period IS NULL)",
            name="rectangle",
        ),
        CheckConstraint("upper(slots) - lower(slots) = quantity", name="slots_are_quantity"),
        CheckConstraint("lower(slots) >= 1 AND NOT isempty(period)", name="rectangle_has_area"),
        CheckConstraint("upgrade >= 0 AND (upgrade > 0) = (rule = 'L7')", name="upgrade"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    invoice_id: UUID | None = Field(default=None)
    component: Component | None = one_of(Component, name="component", default=None, nullable=True)
    rule: str = text()
    description: str = text()
    quantity: int = count()
    unit_amount: int = micros()
    amount: int = micros()
    slots: SlotRange | None = slot_range(default=None, nullable=True)
    period: DateRange | None = days(default=None, nullable=True)
    derivation: dict[str, Any] = json()
    posted_at: datetime = instant()
    upgrade: int = count(default=0, sa_column_kwargs={"server_default": "0"})
    tax: int = micros(default=0)
    replaced: bool = Field(default=False)
    replaces: UUID | None = Field(default=None)
