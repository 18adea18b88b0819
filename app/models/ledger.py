"""The ledger of each account: append-only transfers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import identity, instant, micros, one_of
from app.domain.ledger import Book, TransferKind


class LedgerTransfer(Table, table=True):
    """One row moves money from `debit` to `credit`; a reference is moved once per kind."""

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "reference"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit <> credit", name="two_books"),
        Index("ix_ledger_transfers_account_id_effective_at", "account_id", "effective_at", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    debit: Book = one_of(Book, name="debit")
    credit: Book = one_of(Book, name="credit")
    amount: int = micros()
    kind: TransferKind = one_of(TransferKind, name="kind")
    reference: UUID = Field()
    effective_at: datetime = instant()
