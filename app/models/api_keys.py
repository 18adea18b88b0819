"""API keys: the text is shown once; what is stored is its hash."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.db.base import Table
from app.db.types import identity, instant, one_of, text


class KeyRole(StrEnum):
    OPS = "OPS"
    ADMINISTRATOR = "ADMINISTRATOR"
    BILLING_ADMIN = "BILLING_ADMIN"
    PARTNER = "PARTNER"


PLATFORM = UUID(int=0)
"""The account of keys that belong to no company: those of operators."""


class ApiKey(Table, table=True):
    """The key's text names its account, so that it is looked up inside the tenant."""

    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint(
            "(role = 'OPS') = (account_id = '00000000-0000-0000-0000-000000000000')",
            name="operators_have_no_account",
        ),
        Index("uq_api_keys_account_id_digest", "account_id", "digest", unique=True),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    role: KeyRole = one_of(KeyRole, name="role")
    name: str = text()
    digest: str = text()
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None, nullable=True)
