"""API keys: the text is shown once; what is stored is its hash."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.db.base import Table
from app.db.types import identity, instant, one_of, text
from app.domain.api_keys import Environment


class KeyRole(StrEnum):
    OPS = "OPS"
    ADMINISTRATOR = "ADMINISTRATOR"
    BILLING_ADMIN = "BILLING_ADMIN"
    PARTNER = "PARTNER"


PLATFORM = UUID(int=0)
"""The account of keys that belong to no company: those of operators, and those of partners who
work for several companies."""


class ApiKey(Table, table=True):
    """The key's text names its account, so that it is looked up inside the tenant.

    A rotated key has two texts until `previous_ends_at`. `scopes`: null for all of its role.
    `environment` is null for keys of before there were two.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN account_id = '00000000-0000-0000-0000-000000000000'"
            " THEN role IN ('OPS', 'PARTNER') ELSE role <> 'OPS' END",
            name="operators_have_no_account",
        ),
        CheckConstraint(
            "(previous_digest IS NULL) = (previous_ends_at IS NULL)", name="previous_ends"
        ),
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        Index("uq_api_keys_account_id_digest", "account_id", "digest", unique=True),
        Index(
            "uq_api_keys_account_id_previous_digest", "account_id", "previous_digest", unique=True
        ),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    role: KeyRole = one_of(KeyRole, name="role")
    environment: Environment | None = one_of(
        Environment, name="environment", default=None, nullable=True
    )
    name: str = text()
    scopes: list[str] | None = Field(default=None, sa_type=ARRAY(Text()))
    digest: str = text()
    last4: str | None = text(default=None, nullable=True)
    previous_digest: str | None = text(default=None, nullable=True)
    previous_ends_at: datetime | None = instant(default=None, nullable=True)
    created_at: datetime = instant()
    expires_at: datetime | None = instant(default=None, nullable=True)
    last_used_at: datetime | None = instant(default=None, nullable=True)
    revoked_at: datetime | None = instant(default=None, nullable=True)


class ApiKeyGrant(Table, table=True):
    """A partner's key of the platform may work for this account; the key is not a row of it."""

    __tablename__ = "api_key_grants"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        Index(
            "uq_api_key_grants_account_id_key_id",
            "account_id",
            "key_id",
            unique=True,
            postgresql_where=sql("revoked_at IS NULL"),
        ),
        Index("ix_api_key_grants_key_id", "key_id", postgresql_where=sql("revoked_at IS NULL")),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    key_id: UUID
    actor: str = text()
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None, nullable=True)
