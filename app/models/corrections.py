"""What operators have decided about invoices (I3); written once, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, text


class InvoiceDecision(Table, table=True):
    """I3: why an operator took an invoice back (VOID) or gave it up (UNCOLLECTIBLE); one for each.

    `replacement_id`: the invoice that was issued instead.
    """

    __tablename__ = "invoice_decisions"
    __table_args__ = (
        within_account("invoice_id", "invoices"),
        within_account("replacement_id", "invoices"),
        UniqueConstraint("account_id", "invoice_id"),
        Index(
            "uq_invoice_decisions_account_id_replacement_id",
            "account_id",
            "replacement_id",
            unique=True,
            postgresql_where=sql("replacement_id IS NOT NULL"),
        ),
        CheckConstraint("decided IN ('VOID', 'UNCOLLECTIBLE')", name="decided"),
        CheckConstraint("replacement_id IS NULL OR decided = 'VOID'", name="void_is_replaced"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    invoice_id: UUID = Field()
    decided: str = text()
    replacement_id: UUID | None = Field(default=None)
    reason: str = text()
    actor: str = text()
    at: datetime = instant()
