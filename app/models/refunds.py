"""Refunds, what providers take back of payments that had succeeded, and what comes back of both."""

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
    made over there by hand; credits that went back so have no credit note, also those that the
    money of an invoice has become. It may fail after it has succeeded: then a reinstatement says
    so, and `failure_code` why.
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
        CheckConstraint("failure_code IS NULL OR status = 'FAILED'", name="failure_code"),
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
    failure_code: str | None = text(default=None, nullable=True)
    fence: int = count(default=0)
    attempts: int = count(default=0)
    lease_until: datetime | None = instant(default=None, nullable=True)
    created_at: datetime = instant()
    sent_at: datetime | None = instant(default=None, nullable=True)
    settled_at: datetime | None = instant(default=None, nullable=True)


class LateFailure(Table, table=True):
    """Money that the provider took from us again after success; append-only.

    `total` is the sum for the payment up to this row: once each. Of an invoice's payment,
    `from_credits` is the part that had become credits, and `owed_back` what we had owed back anyway
    (I3); the rest is asked for again.
    """

    __tablename__ = "late_failures"
    __table_args__ = (
        within_account("payment_id", "payments"),
        UniqueConstraint("account_id", "payment_id", "total"),
        CheckConstraint("amount > 0 AND total >= amount", name="amount"),
        CheckConstraint(
            "owed_back >= 0 AND from_credits >= 0 AND owed_back + from_credits <= amount",
            name="parts",
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    payment_id: UUID = Field()
    amount: int = micros()
    total: int = micros()
    owed_back: int = micros(default=0)
    from_credits: int = micros(default=0)
    created_at: datetime = instant()


class Reinstatement(Table, table=True):
    """Money that is with us again after it had gone back; append-only.

    Of a refund that has failed after it had succeeded: all of it, owed back again (I3), or the
    credits that had gone back by it. Or of what the provider had taken back: `returned` is how much
    it says to have returned of the payment so far, once each. `amount` is what that changes here:
    zero, if it came and went before we heard of it. It pays again what it had paid, but for
    `owed_back`, and for `to_credits`: what bought credits, or what nobody asks for any more.
    """

    __tablename__ = "reinstatements"
    __table_args__ = (
        within_account("payment_id", "payments"),
        within_account("refund_id", "refunds"),
        UniqueConstraint("account_id", "refund_id"),
        UniqueConstraint("account_id", "payment_id", "returned"),
        CheckConstraint(
            "amount >= 0 AND owed_back >= 0 AND to_credits >= 0"
            " AND owed_back + to_credits <= amount",
            name="parts",
        ),
        CheckConstraint(
            "CASE WHEN refund_id IS NULL THEN returned > 0 AND returned >= amount"
            " ELSE returned IS NULL AND amount > 0 AND owed_back + to_credits = amount END",
            name="of_one",
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    payment_id: UUID = Field()
    refund_id: UUID | None = Field(default=None)
    returned: int | None = micros(default=None, nullable=True)
    amount: int = micros()
    owed_back: int = micros(default=0)
    to_credits: int = micros(default=0)
    created_at: datetime = instant()
