"""Users, their roles, and the append-only history that every licence count comes from (U1, U5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, one_of, text
from app.domain.plans import BillingPolicy
from app.domain.users import TRANSITIONS, Role, UserStatus


class User(Table, table=True):
    """A person. `status` is the newest row of the history; an address is free after deletion.

    `name_key` follows from the names: people are sorted and searched by it.
    """

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
        Index("ix_users_account_id_name_key", "account_id", "name_key", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    first_name: str = text()
    last_name: str = text()
    name_key: str = Field(sa_type=Text(collation="C"))
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


def _transitions() -> str:
    """Rule U1 as the database checks it: the domain's table, written out."""
    known = sorted(
        f"{policy} {'' if before is None else before}>{after}"
        for policy, changes in TRANSITIONS.items()
        for before, targets in changes.items()
        for after in targets
    )
    listed = ", ".join(f"'{each}'" for each in known)
    return f"policy || ' ' || coalesce(from_status, '') || '>' || to_status IN ({listed})"


class UserState(Table, table=True):
    """One change of state, never updated: who, from what, to what, when, why.

    `from_status` is null for the creation. `at` is the account's time, and decides the bill.
    `version` is the user's when the change was made: the order of changes within one instant.
    `policy` is the account's billing policy then, which decides what may become what (U1).
    """

    __tablename__ = "user_states"
    __table_args__ = (
        within_account("user_id", "users"),
        CheckConstraint(_transitions(), name="transition"),
        UniqueConstraint("account_id", "user_id", "version"),
        Index("ix_user_states_account_id_at", "account_id", "at", "id"),
        CheckConstraint("(version = 1) = (from_status IS NULL)", name="creation_comes_first"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    user_id: UUID = Field()
    from_status: UserStatus | None = one_of(
        UserStatus, name="from_status", default=None, nullable=True
    )
    to_status: UserStatus = one_of(UserStatus, name="to_status")
    policy: BillingPolicy = one_of(BillingPolicy, name="policy")
    version: int = count()
    at: datetime = instant()
    actor: str = text()
    reason: str | None = text(default=None, nullable=True)


class RoleChange(Table, table=True):
    """One role given or taken, never updated: who, which, when. Roles do not change the bill."""

    __tablename__ = "role_changes"
    __table_args__ = (
        within_account("user_id", "users"),
        Index("ix_role_changes_account_id_at", "account_id", "at", "id"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    user_id: UUID = Field()
    role: Role = one_of(Role, name="role")
    granted: bool = Field()
    at: datetime = instant()
    actor: str = text()
