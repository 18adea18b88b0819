"""What a mutation answered to a key, so that asking again answers the same."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.db.base import Table
from app.db.types import instant, json, text


class IdempotencyKey(Table, table=True):
    """`request` is the hash of the input; `result` the ids that the answer is loaded from.

    What is of no account yet stands with the platform, which is no row of accounts; there the key
    begins with the id of who asked. No secret is kept. Rows are deleted after 30 days.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    account_id: UUID = Field(primary_key=True)
    key: str = text(primary_key=True)
    request: str = text()
    result: dict[str, Any] = json()
    created_at: datetime = instant()
