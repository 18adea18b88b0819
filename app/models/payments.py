"""Payment methods and payments: an intent is committed before the provider hears of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, micros, one_of, text
from app.domain.payments import PaymentStatus, Purpose, Source

_OPEN = "status IN ('CREATED', 'SENT', 'UNKNOWN')"


class PaymentCustomer(Table, table=True):
    """What a payment provider calls an account."""

    __tablename__ = "payment_customers"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    provider: str = text(primary_key=True)
    reference: str = text()
    created_at: datetime = instant()


class PaymentMethod(Table, table=True):
    """The provider's token of a card; a card number never reaches us. One is the default.

    `expires_on` is the last day on which it can be charged; `expiry_told` is how many days before
    it somebody was last told so. What is removed stays, because payments were made with it.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint("last4 ~ '^[0-9]{4}$'", name="last4"),
        Index(
            "uq_payment_methods_default",
            "account_id",
            unique=True,
            postgresql_where=sql("is_default"),
        ),
        CheckConstraint("removed_at IS NULL OR NOT is_default", name="removed"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    provider: str = text()
    token: str = text()
    brand: str = text()
    last4: str = text()
    expires_on: date | None = Field(default=None)
    expiry_told: int | None = count(default=None, nullable=True)
    is_default: bool = Field(default=True)
    created_at: datetime = instant()
    removed_at: datetime | None = instant(default=None, nullable=True)


class PaymentTransition(Table, table=True):
    """A step that a payment may take; the same as in the rules, for the database to hold to."""

    __tablename__ = "payment_transitions"

    from_status: PaymentStatus = one_of(PaymentStatus, name="from_status", primary_key=True)
    to_status: PaymentStatus = one_of(PaymentStatus, name="to_status", primary_key=True)


class PaymentStep(Table, table=True):
    """One step of a payment, append-only. Each begins where the one before it ended, and is one
    that may be taken; a payment stands where its last step ends.

    `created_at` is the machine's time. `reason` is what somebody said, or why it is unknown.
    """

    __tablename__ = "payment_steps"
    __table_args__ = (
        UniqueConstraint("account_id", "payment_id", "number", "to_status"),
        ForeignKeyConstraint(
            ["from_status", "to_status"],
            ["payment_transitions.from_status", "payment_transitions.to_status"],
        ),
        ForeignKeyConstraint(
            ["account_id", "payment_id", "previous", "from_status"],
            [
                "payment_steps.account_id",
                "payment_steps.payment_id",
                "payment_steps.number",
                "payment_steps.to_status",
            ],
        ),
        CheckConstraint(
            "(number = 0) = (previous IS NULL) AND (number = 0) = (from_status IS NULL) "
            "AND (number > 0 OR to_status = 'CREATED')",
            name="first",
        ),
        CheckConstraint("previous = number - 1", name="previous"),
        CheckConstraint("source <> 'OPERATOR' OR reason <> ''", name="reason"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    payment_id: UUID = Field(primary_key=True)
    number: int = count(primary_key=True)
    previous: int | None = count(default=None, nullable=True)
    from_status: PaymentStatus | None = one_of(
        PaymentStatus, name="from_status", default=None, nullable=True
    )
    to_status: PaymentStatus = one_of(
        PaymentStatus, name="to_status", default=PaymentStatus.CREATED
    )
    source: Source = one_of(Source, name="source", default=Source.REQUEST)
    actor: str | None = text(default=None, nullable=True)
    reason: str | None = text(default=None, nullable=True)
    created_at: datetime = instant()


class Payment(Table, table=True):
    """A charge of a payment method; its id is the provider's idempotency key, for ever.

    At most one is open per invoice, and one per account for credits (M6); `episode` counts the
    settled ones before it, so that two deciders of one moment collide. `fence` rises with each
    lease: who lost the lease cannot settle. `sent_at`: when the provider was first asked, by the
    machine's time. `asking_until`: while somebody waits for the provider's answer. `reference`:
    what the provider calls the charge; one that was declined may have succeeded since, and be
    another payment's. Without a method: adopted from the provider's list; `customer` is then who
    was charged there ("" if nobody that the provider knows), else it is the account's own.
    `unconfirmed`: how often its money has moved that no reconciliation has confirmed yet (L5).
    """

    __tablename__ = "payments"
    __table_args__ = (
        within_account("invoice_id", "invoices"),
        within_account("payment_method_id", "payment_methods"),
        ForeignKeyConstraint(
            ["account_id", "id", "step", "status"],
            [
                "payment_steps.account_id",
                "payment_steps.payment_id",
                "payment_steps.number",
                "payment_steps.to_status",
            ],
        ),
        Index(
            "uq_payments_reference",
            "account_id",
            "provider",
            "reference",
            unique=True,
            postgresql_where=sql("decline_code IS NULL"),
        ),
        Index(
            "ix_payments_provider_reference",
            "provider",
            "reference",
            postgresql_where=sql("decline_code IS NULL AND reference IS NOT NULL"),
        ),
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
        Index(
            "ix_payments_unconfirmed",
            "provider",
            "account_id",
            "id",
            postgresql_where=sql("unconfirmed > 0"),
        ),
        Index("ix_payments_account_id_created_at", "account_id", "created_at", "id"),
        CheckConstraint("amount > 0 AND amount % 10000 = 0", name="amount"),
        CheckConstraint(
            f"payment_method_id IS NOT NULL OR (reference IS NOT NULL AND NOT ({_OPEN}))",
            name="payment_method",
        ),
        CheckConstraint("unconfirmed >= 0", name="unconfirmed"),
        CheckConstraint("(purpose = 'TOP_UP') = (episode IS NOT NULL)", name="episode"),
        CheckConstraint("purpose <> 'INVOICE' OR invoice_id IS NOT NULL", name="invoice"),
        CheckConstraint("(status = 'DECLINED') = (decline_code IS NOT NULL)", name="decline_code"),
        CheckConstraint(f"(settled_at IS NULL) = ({_OPEN})", name="settled_at"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    purpose: Purpose = one_of(Purpose, name="purpose")
    status: PaymentStatus = one_of(PaymentStatus, name="status", default=PaymentStatus.CREATED)
    step: int = count(default=0)
    invoice_id: UUID | None = Field(default=None)
    payment_method_id: UUID | None = Field(default=None)
    provider: str = text()
    reference: str | None = text(default=None, nullable=True)
    customer: str | None = text(default=None, nullable=True)
    amount: int = micros()
    step_amount: int | None = micros(default=None, nullable=True)
    episode: int | None = count(default=None, nullable=True)
    decline_code: str | None = text(default=None, nullable=True)
    fence: int = count(default=0)
    attempts: int = count(default=0)
    lease_until: datetime | None = instant(default=None, nullable=True)
    created_at: datetime = instant()
    sent_at: datetime | None = instant(default=None, nullable=True)
    asking_until: datetime | None = instant(default=None, nullable=True)
    settled_at: datetime | None = instant(default=None, nullable=True)
    unconfirmed: int = count(default=0)
