"""Accounts (P1): one row per company, and the lock that everything that counts takes first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, identity, instant, one_of, text
from app.domain.accounts import AccountStatus
from app.domain.billing_details import Language


class Account(Table, table=True):
    """Invariants: a trial is never due; whoever pays always is (`next_bill_at`, C5); whoever is
    closed only while something is owed for usage (M7).

    `test_clock` is set for sandbox accounts only: their time stands still until it is advanced.
    `billing_claim` is the fencing token of the worker that bills the account right now.
    `tax_rate` is in millionths; it and the payer are of today, an invoice keeps those of its day.
    A parked account (`parked_reason`) is left alone until an operator releases it.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(
            "status = 'CLOSED' OR (status = 'TRIAL') = (next_bill_at IS NULL)",
            name="due_unless_trial",
        ),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("tax_rate BETWEEN 0 AND 1000000", name="tax_rate"),
        CheckConstraint("(parked_at IS NULL) = (parked_reason IS NULL)", name="parked"),
        Index(
            "ix_accounts_next_bill_at_id",
            "next_bill_at",
            "id",
            postgresql_where=sql("parked_at IS NULL"),
        ),
        Index("ix_accounts_created_at_id", "created_at", "id"),
    )

    id: UUID = identity()
    name: str = text()
    status: AccountStatus = one_of(AccountStatus, name="status")
    currency: str = text(default="USD")
    billing_timezone: str = text(default="UTC")
    may_go_negative: bool = Field(default=False)
    post_paid_subscription: bool = Field(default=False)
    post_paid_usage: bool = Field(default=False)
    test_clock: datetime | None = instant(default=None, nullable=True)
    next_bill_at: datetime | None = instant(default=None, nullable=True)
    billing_claim: UUID | None = Field(default=None)
    billing_claimed_until: datetime | None = instant(default=None, nullable=True)
    parked_at: datetime | None = instant(default=None, nullable=True)
    parked_reason: str | None = text(default=None, nullable=True)
    invoice_sequence: int = count(default=0)
    credit_note_sequence: int = count(default=0)
    legal_name: str | None = text(default=None, nullable=True)
    address: str | None = text(default=None, nullable=True)
    tax_id: str | None = text(default=None, nullable=True)
    tax_rate: int = count(default=0)
    language: Language = one_of(Language, name="language", default=Language.EN)
    created_at: datetime = instant()
    version: int = count(default=1)
