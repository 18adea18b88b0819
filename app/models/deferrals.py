"""Usage that is posted later than it is recorded: carriers' fees, and calls and texts abroad."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, identity, instant, micros, one_of
from app.domain.deferrals import DeferralKind


class UsageDeferral(Table, table=True):
    """One sum of a local day (`day`) of an account, and when it counts (`effective_at`).

    It grows with the events that are recorded on that day, and is moved once, when it is posted:
    then it is frozen. Corrections may make it negative. It belongs to the month of `effective_at`,
    however late it is posted.
    """

    __tablename__ = "usage_deferrals"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "day"),
        CheckConstraint("events > 0", name="events"),
        CheckConstraint("posted_at > effective_at", name="posted_when_effective"),
        Index(
            "ix_usage_deferrals_pending",
            "account_id",
            "effective_at",
            postgresql_where=sql("posted_at IS NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    kind: DeferralKind = one_of(DeferralKind, name="kind")
    day: date = Field()
    amount: int = micros()
    events: int = count()
    effective_at: datetime = instant()
    posted_at: datetime | None = instant(default=None, nullable=True)
