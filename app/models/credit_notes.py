"""Credit notes (I3): parts of an invoice that are taken back; written once, never changed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, micros, text


class CreditNote(Table, table=True):
    """`amount` is net, `tax` comes on top; `refundable` is the part of both that had been paid.

    `number` counts from 1 in each account without gaps, apart from the invoices' numbers.
    """

    __tablename__ = "credit_notes"
    __table_args__ = (
        within_account("invoice_id", "invoices"),
        UniqueConstraint("account_id", "number"),
        Index("ix_credit_notes_account_id_invoice_id", "account_id", "invoice_id"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("amount > 0 AND amount % 10000 = 0", name="amount"),
        CheckConstraint("tax >= 0 AND tax % 10000 = 0", name="tax"),
        CheckConstraint("refundable BETWEEN 0 AND amount + tax", name="refundable"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    number: int = count()
    invoice_id: UUID = Field()
    reason: str = text()
    actor: str = text()
    currency: str = text()
    amount: int = micros()
    tax: int = micros()
    refundable: int = micros()
    issued_on: date = Field()
    created_at: datetime = instant()


class CreditNoteLine(Table, table=True):
    """A part of one charge, with the same part of its stored tax; a charge once in each note."""

    __tablename__ = "credit_note_lines"
    __table_args__ = (
        within_account("credit_note_id", "credit_notes"),
        within_account("charge_id", "charges"),
        UniqueConstraint("account_id", "credit_note_id", "charge_id"),
        Index("ix_credit_note_lines_account_id_charge_id", "account_id", "charge_id"),
        CheckConstraint("amount > 0 AND amount % 10000 = 0", name="amount"),
        CheckConstraint("tax >= 0 AND tax % 10000 = 0", name="tax"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    credit_note_id: UUID = Field()
    charge_id: UUID = Field()
    amount: int = micros()
    tax: int = micros()
