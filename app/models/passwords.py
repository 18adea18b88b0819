"""Passwords and the links that set them (U6): hashes only, and apart from what the API shows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, text


class Password(Table, table=True):
    """One per user. While `chosen_at` is null it is the server's random one, known to nobody."""

    __tablename__ = "passwords"
    __table_args__ = (
        within_account("user_id", "users"),
        CheckConstraint("hash LIKE '$argon2id$%'", name="hash"),
    )

    account_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    hash: str = text()
    chosen_at: datetime | None = instant(default=None, nullable=True)


class PasswordLink(Table, table=True):
    """`digest` is the SHA-256 of a link's token. A user has at most one link that is open.

    The times are the machine's, also for sandbox accounts: a mail waits for no test clock.
    """

    __tablename__ = "password_links"
    __table_args__ = (
        within_account("user_id", "users"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("expires_at > created_at", name="expires"),
        CheckConstraint("used_at IS NULL OR replaced_at IS NULL", name="ends_once"),
        Index("uq_password_links_account_id_digest", "account_id", "digest", unique=True),
        Index(
            "uq_password_links_open",
            "account_id",
            "user_id",
            unique=True,
            postgresql_where=sql("used_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    user_id: UUID = Field()
    digest: str = text()
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(default=None, nullable=True)
    replaced_at: datetime | None = instant(default=None, nullable=True)
