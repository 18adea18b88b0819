"""Automatic top-up (M6): every decision about it, and what operators have asked for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import count, identity, instant, json, micros, one_of, text
from app.domain.top_up_decisions import TopUpOutcome, TopUpTrigger


class TopUpRerun(Table, table=True):
    """An operator's order to decide again about these accounts; the same `key` is the same one."""

    __tablename__ = "top_up_reruns"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: UUID = identity()
    key: str = text()
    request: str = text()
    actor: str = text()
    reason: str = text()
    account_ids: list[str] = json()
    more: bool = Field(default=False)
    created_at: datetime = instant()


class TopUpDecision(Table, table=True):
    """M6: one row for what made somebody look, what was seen, and what was decided.

    `number` counts the account's decisions. What would be the last row once more is counted there
    (`triggers`, `last_at`, `last_balance`); a charge has a row of its own. `episode` is the number
    of the account's settled top-ups before it, `amount` what was or would have been charged,
    `payment_id` the charge that it made or that stood in its way, `seen` all else that was seen:
    null where it was decided before that was recorded. `told`: the admins got a notice.
    `actor` and `reason` are an operator's.
    """

    __tablename__ = "top_up_decisions"
    __table_args__ = (
        within_account("payment_id", "payments"),
        UniqueConstraint("account_id", "number"),
        Index(
            "uq_top_up_decisions_charged",
            "account_id",
            "payment_id",
            unique=True,
            postgresql_where=sql("outcome = 'CHARGED'"),
        ),
        Index(
            "uq_top_up_decisions_rerun",
            "account_id",
            "rerun_id",
            unique=True,
            postgresql_where=sql("rerun_id IS NOT NULL"),
        ),
        Index(
            "ix_top_up_decisions_told",
            "account_id",
            "outcome",
            "at",
            postgresql_where=sql("told"),
        ),
        CheckConstraint("outcome <> 'CHARGED' OR payment_id IS NOT NULL", name="charged"),
        CheckConstraint(
            "(trigger = 'OPERATOR') = (rerun_id IS NOT NULL)"
            " AND (trigger = 'OPERATOR') = (actor IS NOT NULL AND reason IS NOT NULL)",
            name="operator",
        ),
        CheckConstraint("amount >= 0 AND last_at >= at", name="sense"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    number: int = count()
    episode: int = count()
    trigger: TopUpTrigger = one_of(TopUpTrigger, name="trigger")
    outcome: TopUpOutcome = one_of(TopUpOutcome, name="outcome")
    balance: int = micros()
    amount: int = micros()
    seen: dict[str, Any] | None = json(default=None, nullable=True)
    payment_id: UUID | None = Field(default=None)
    rerun_id: UUID | None = Field(default=None, foreign_key="top_up_reruns.id")
    actor: str | None = text(default=None, nullable=True)
    reason: str | None = text(default=None, nullable=True)
    told: bool = Field(default=False)
    at: datetime = instant()
    triggers: dict[str, int] = json()
    last_at: datetime = instant()
    last_balance: int = micros()
