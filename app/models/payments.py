"""Payment methods and payments: an intent is committed before the provider hears of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, micros, one_of, text
from app.domain.payments import PaymentStatus, Purpose

_OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"


class PaymentMethod(Table, table=True):
    """The provider's token of a card; a card number never reaches us. One is the default."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint("last4 ~ '^[0-9]{4}$'", name="last4"),
        Index(
            "uq_payment_methods_default",
            "account_id",
            unique=True,
            postgresql_where=sql("is_default"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    token: str = text()
    brand: str = text()
    last4: str = text()
    is_default: bool = Field(default=True)
    created_at: datetime = instant()


class Payment(Table, table=True):
    """A charge of a payment method; its id is the provider's idempotency key, for ever.

    At most one is open per invoice, and one per account for credits (M6); `episode` counts the
    settled ones before it, so that two deciders of one moment collide. `fence` rises with each
    lease: who lost the lease cannot settle.
    """

    __tablename__ = "payments"
    __table_args__ = (
        within_account("invoice_id", "invoices"),
        within_account("payment_method_id", "payment_methods"),
        Index(
            "uq_payments_open_invoice",
            "account_id",
            "invoice_id",
            unique=True,
            postgresql_where=sql(f"purpose = 'INVOICE' AND {_OPEN}"),
        ),
        Index(
            "uq_payments_open_credits",
            "account_id",
            unique=True,
            postgresql_where=sql(f"purpose <> 'INVOICE' AND {_OPEN}"),
        ),
        Index(
            "uq_payments_episode",
            "account_id",
            "episode",
            unique=True,
            postgresql_where=sql("purpose = 'TOP_UP'"),
        ),
        Index("ix_payments_open", "lease_until", postgresql_where=sql(_OPEN)),
        Index("ix_payments_account_id_created_at", "account_id", "created_at", "id"),
        CheckConstraint("amount > 0 AND amount % 10000 = 0", name="amount"),
        CheckConstraint("(purpose = 'TOP_UP') = (episode IS NOT NULL)", name="episode"),
        CheckConstraint("purpose <> 'INVOICE' OR invoice_id IS NOT NULL", name="invoice"),
        CheckConstraint("(status = 'DECLINED') = (decline_code IS NOT NULL)", name="decline_code"),
        CheckConstraint(
            "(status IN ('SUCCEEDED', 'DECLINED')) = (settled_at IS NOT NULL)", name="settled_at"
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    purpose: Purpose = one_of(Purpose, name="purpose")
    status: PaymentStatus = one_of(PaymentStatus, name="status", default=PaymentStatus.CREATED)
    invoice_id: UUID | None = Field(default=None)
    payment_method_id: UUID = Field()
    amount: int = micros()
    step_amount: int | None = micros(default=None, nullable=True)
    episode: int | None = count(default=None, nullable=True)
    decline_code: str | None = text(default=None, nullable=True)
    fence: int = count(default=0)
    attempts: int = count(default=0)
    lease_until: datetime | None = instant(default=None, nullable=True)
    created_at: datetime = instant()
    settled_at: datetime | None = instant(default=None, nullable=True)
