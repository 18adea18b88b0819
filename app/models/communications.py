"""Calls and messages: history that is never deleted, and loses at most its user (U5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, one_of
from app.domain.communications import CommunicationKind
from app.domain.usage import Direction


class Communication(Table, table=True):
    """No role may change it, but that `user_id` becomes null when the user is deleted."""

    __tablename__ = "communications"
    __table_args__ = (
        within_account("line_id", "lines"),
        within_account("user_id", "users"),
        within_account("contact_id", "contacts"),
        Index(
            "ix_communications_account_id_user_id",
            "account_id",
            "user_id",
            "kind",
            postgresql_where=sql("user_id IS NOT NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    kind: CommunicationKind = one_of(CommunicationKind, name="kind")
    direction: Direction = one_of(Direction, name="direction")
    line_id: UUID = Field()
    user_id: UUID | None = Field(default=None)
    contact_id: UUID | None = Field(default=None)
    happened_at: datetime = instant()
