"""Automatic top-up: each decision not to charge."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, identity, instant, micros, one_of
from app.domain.top_ups import Refusal


class TopUpRefusal(Table, table=True):
    """M6: why a low balance was not topped up; at a cap again when it has fallen further.

    `episode` is the number of the account's settled top-ups before it.
    """

    __tablename__ = "top_up_refusals"
    __table_args__ = (UniqueConstraint("account_id", "episode", "reason", "balance"),)

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    episode: int = count()
    reason: Refusal = one_of(Refusal, name="reason")
    balance: int = micros()
    at: datetime = instant()
