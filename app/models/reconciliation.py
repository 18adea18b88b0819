"""Reconciliations: what was compared with the payment provider, and what did not agree."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, identity, instant, json, text


class Reconciliation(Table, table=True):
    """The provider's charges made in [since, until) against ours. Those that are `automatic` follow
    each other day by day: the newest is where the next one begins, so none is left out.

    `confirmed`: payments that agreed, for the first time. `actor`: who asked for it. `asked_*`: the
    payment after which there was no time to ask for more one by one: the next one goes on there.
    """

    __tablename__ = "reconciliations"
    __table_args__ = (
        CheckConstraint("since < until", name="span"),
        CheckConstraint("jsonb_typeof(differences) = 'array'", name="differences"),
        Index(
            "uq_reconciliations_automatic",
            "provider",
            "since",
            unique=True,
            postgresql_where=sql("automatic"),
        ),
        Index("ix_reconciliations_created_at_id", "created_at", "id"),
    )

    id: UUID = identity()
    provider: str = text()
    since: datetime = instant()
    until: datetime = instant()
    automatic: bool = Field(default=False)
    charges: int = count()
    confirmed: int = count()
    differences: list[dict[str, Any]] = json()
    asked_account: UUID | None = Field(default=None)
    asked_payment: UUID | None = Field(default=None)
    actor: str = text()
    created_at: datetime = instant()
