"""Which accounts an e-mail address opens: the one look-up that needs no tenant."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import text


class LogIn(Table, table=True):
    """One for each user who is not deleted; `address` is the SHA-256 of the e-mail address.

    A request sees the rows of its account, and those of the one address that it names.
    """

    __tablename__ = "log_ins"
    __table_args__ = (
        within_account("user_id", "users"),
        CheckConstraint("address ~ '^[0-9a-f]{64}$'", name="address"),
        Index("ix_log_ins_address", "address"),
    )

    account_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    address: str = text()
