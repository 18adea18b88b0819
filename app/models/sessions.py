"""Sessions of people, and the refresh tokens that each goes on with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, text


class Session(Table, table=True):
    """From a log-in until `expires_at`, or until it is ended.

    The times are the machine's, also for sandbox accounts.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        within_account("user_id", "users"),
        CheckConstraint("expires_at > created_at", name="expires"),
        Index(
            "ix_sessions_open",
            "account_id",
            "user_id",
            postgresql_where=sql("ended_at IS NULL"),
        ),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    user_id: UUID = Field()
    user_agent: str = text()
    created_at: datetime = instant()
    expires_at: datetime = instant()
    last_used_at: datetime = instant()
    ended_at: datetime | None = instant(default=None, nullable=True)


class RefreshToken(Table, table=True):
    """`digest` is the SHA-256 of its text. A session has one that is not used yet."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        within_account("session_id", "sessions"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        Index("ix_refresh_tokens_account_id_session_id", "account_id", "session_id"),
        Index("uq_refresh_tokens_account_id_digest", "account_id", "digest", unique=True),
        Index(
            "uq_refresh_tokens_unused",
            "account_id",
            "session_id",
            unique=True,
            postgresql_where=sql("used_at IS NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    session_id: UUID = Field()
    digest: str = text()
    created_at: datetime = instant()
    used_at: datetime | None = instant(default=None, nullable=True)
