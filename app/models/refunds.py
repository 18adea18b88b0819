"""Refunds, and what providers take back of payments that had succeeded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, micros, one_of, text
from app.domain.refunds import RefundStatus

_OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"


class Refund(Table, table=True):
    """A part of a payment that goes back for a credit note; its id is the provider's key for ever.

    At most one of a payment is open. Leases and fences are as of payments. With a `reason` it was
    made over there by hand; credits that went back so have no credit note.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        within_account("payment_id", "payments"),
        within_account("credit_note_id", "credit_notes"),
        Index("ix_refunds_account_id_credit_note_id", "account_id", "credit_note_id"),
        Index(
            "uq_refunds_open",
            "account_id",
            "payment_id",
            unique=True,
            postgresql_where=sql(_OPEN),
        ),
        Index("ix_refunds_open", "lease_until", postgresql_where=sql(_OPEN)),
        CheckConstraint("amount > 0 AND amount % 10000 = 0", name="amount"),
        CheckConstraint("credit_note_id IS NOT NULL OR reason <> ''", name="credit_note"),
        CheckConstraint(f"(settled_at IS NULL) = ({_OPEN})", name="settled_at"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    payment_id: UUID = Field()
    credit_note_id: UUID | None = Field(default=None)
    amount: int = micros()
    status: RefundStatus = one_of(RefundStatus, name="status", default=RefundStatus.CREATED)
    actor: str = text()
    reason: str | None = text(default=None, nullable=True)
    reference: str | None = text(default=None, nullable=True)
    fence: int = count(default=0)
    attempts: int = count(default=0)
    lease_until: datetime | None = instant(default=None, nullable=True)
    created_at: datetime = instant()
    sent_at: datetime | None = instant(default=None, nullable=True)
    settled_at: datetime | None = instant(default=None, nullable=True)


class LateFailure(Table, table=True):
    """Money that the provider took from us again after success; append-only.

    `total` is what it has taken back of the payment so far: once each. `owed_back` is the part
    that we had owed back anyway (I3).
    """

    __tablename__ = "late_failures"
    __table_args__ = (
        within_account("payment_id", "payments"),
        UniqueConstraint("account_id", "payment_id", "total"),
        CheckConstraint("amount > 0 AND total >= amount", name="amount"),
        CheckConstraint("owed_back BETWEEN 0 AND amount", name="owed_back"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    payment_id: UUID = Field()
    amount: int = micros()
    total: int = micros()
    owed_back: int = micros(default=0)
    created_at: datetime = instant()
