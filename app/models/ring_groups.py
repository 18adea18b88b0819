"""Ring groups: who is called together, in which order (U7)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, text


class RingGroup(Table, table=True):
    __tablename__ = "ring_groups"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        CheckConstraint("name <> ''", name="name"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    name: str = text()
    created_at: datetime = instant()


class RingGroupMember(Table, table=True):
    """`position` counts from 1; who is deleted leaves a gap (U5)."""

    __tablename__ = "ring_group_members"
    __table_args__ = (
        within_account("ring_group_id", "ring_groups"),
        within_account("user_id", "users"),
        UniqueConstraint("account_id", "ring_group_id", "position"),
        CheckConstraint('"position" > 0', name="position"),
        Index("ix_ring_group_members_account_id_user_id", "account_id", "user_id"),
    )

    account_id: UUID = Field(primary_key=True)
    ring_group_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    position: int = count()
