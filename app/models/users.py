"""Users, their roles, and the append-only history that every licence count comes from (U1, U5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, one_of, text
from app.domain.users import Role, UserStatus


class User(Table, table=True):
    """A person. `status` is the newest row of the history; an address is free after deletion."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("first_name <> '' AND last_name <> ''", name="names"),
        Index(
            "uq_users_account_id_email",
            "account_id",
            "email",
            unique=True,
            postgresql_where=sql("status <> 'DELETED'"),
        ),
        Index("ix_users_account_id_status", "account_id", "status"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    first_name: str = text()
    last_name: str = text()
    email: str = text()
    status: UserStatus = one_of(UserStatus, name="status")
    created_at: datetime = instant()
    version: int = count(default=1)


class UserRole(Table, table=True):
    """U2: a user may have several roles; each occupies no more than the one licence."""

    __tablename__ = "user_roles"
    __table_args__ = (within_account("user_id", "users"),)

    account_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    role: Role = one_of(Role, name="role", primary_key=True)


class UserState(Table, table=True):
    """One change of state, never updated: who, from what, to what, when, why.

    `from_status` is null for the creation. `at` is the account's time, and decides the bill.
    `version` is the user's when the change was made: the order of changes within one instant.
    """

    __tablename__ = "user_states"
    __table_args__ = (
        within_account("user_id", "users"),
        CheckConstraint("from_status IS DISTINCT FROM to_status", name="changes"),
        CheckConstraint("from_status IS DISTINCT FROM 'DELETED'", name="no_way_back"),
        UniqueConstraint("account_id", "user_id", "version"),
        CheckConstraint("(version = 1) = (from_status IS NULL)", name="creation_comes_first"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    user_id: UUID = Field()
    from_status: UserStatus | None = one_of(
        UserStatus, name="from_status", default=None, nullable=True
    )
    to_status: UserStatus = one_of(UserStatus, name="to_status")
    version: int = count()
    at: datetime = instant()
    actor: str = text()
    reason: str | None = text(default=None, nullable=True)
