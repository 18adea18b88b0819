"""What a money mutation answered to a key, so that asking again answers the same."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from app.db.base import Table
from app.db.types import instant, json, text


class IdempotencyKey(Table, table=True):
    """`request` is the hash of the input; `result` the ids that the answer is loaded from."""

    __tablename__ = "idempotency_keys"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    key: str = text(primary_key=True)
    request: str = text()
    result: dict[str, Any] = json()
    created_at: datetime = instant()
