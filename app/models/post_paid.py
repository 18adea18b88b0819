"""What is paid afterwards (M8), and since when: the history of both flags of an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.db.base import Table
from app.db.types import identity, instant, one_of, text
from app.domain.post_paid import PostPaidPart


class PostPaidChange(Table, table=True):
    """From `at` on a part is paid afterwards, or no longer; never updated. The last one before a
    cut-off is in force there; the flags of the account are the last ones."""

    __tablename__ = "post_paid_changes"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("contract <> ''", name="contract"),
        Index("ix_post_paid_changes_account_id_at", "account_id", "at", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    part: PostPaidPart = one_of(PostPaidPart, name="part")
    post_paid: bool = Field()
    contract: str | None = text(default=None, nullable=True)
    reason: str = text()
    at: datetime = instant()
    actor: str = text()
