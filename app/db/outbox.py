"""Work that must not be lost: a row in the transaction of its cause, done in that of its effect."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, identity, instant, json, text


class OutboxJob(Table, table=True):
    """`kind` names a task of the workers; `rung_at` is when its doorbell was last rung.

    The times here are the machine's, not the account's: they are about work, not about billing.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_undone", "rung_at", postgresql_where=sql("done_at IS NULL")),
        Index("ix_outbox_done_at", "done_at", postgresql_where=sql("done_at IS NOT NULL")),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    kind: str = text()
    args: dict[str, Any] = json()
    created_at: datetime = instant()
    rung_at: datetime = instant()
    rings: int = count(default=1)
    done_at: datetime | None = instant(default=None, nullable=True)
