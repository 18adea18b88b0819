"""The audit: what was asked for and what it changed, in chains of hashes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import binary, count, identity, instant, text

_A_HASH = "length(hash) = 32"


class AuditEvent(Table, table=True):
    """One operation; append-only. `account_id` is nil for what concerns no account.

    `hash` = SHA-256 of the hash of the row before (nothing for the first), `number`, a line feed
    and `body`, which is kept as the text that was hashed; the other columns repeat it, to be found.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        Index("ix_audit_events_account_id_operation", "account_id", "operation", "id"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(_A_HASH, name="hash"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    number: int = count()
    at: datetime = instant()
    operation: str = text()
    actor: str = text()
    body: str = text()
    hash: bytes = binary()


class AuditHead(Table, table=True):
    """The newest row of a chain: rows that are missing at its end are missed."""

    __tablename__ = "audit_heads"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(_A_HASH, name="hash"),
    )

    account_id: UUID = Field(primary_key=True)
    number: int = count()
    hash: bytes = binary()
