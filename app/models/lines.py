"""Lines: phone numbers, and whom a call to each of them reaches (U7)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, text


class Line(Table, table=True):
    """A line is somebody's own, or a ring group's, or nobody's.

    `number` is E.164. `voicemail`: its owner has set it; without an owner there is nobody to.
    """

    __tablename__ = "lines"
    __table_args__ = (
        within_account("owner_id", "users"),
        within_account("ring_group_id", "ring_groups"),
        UniqueConstraint("account_id", "number"),
        CheckConstraint("number ~ '^[+][1-9][0-9]{6,14}$'", name="number"),
        CheckConstraint("owner_id IS NULL OR ring_group_id IS NULL", name="owner_or_ring_group"),
        CheckConstraint("NOT voicemail OR owner_id IS NOT NULL", name="voicemail_has_an_owner"),
        Index(
            "ix_lines_account_id_owner_id",
            "account_id",
            "owner_id",
            postgresql_where=sql("owner_id IS NOT NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    number: str = text()
    owner_id: UUID | None = Field(default=None)
    ring_group_id: UUID | None = Field(default=None)
    voicemail: bool = Field(default=False)
    created_at: datetime = instant()
