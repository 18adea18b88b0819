"""Alerts: amounts at which somebody wants to hear of the credits, and when that was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, micros


class CreditAlert(Table, table=True):
    """Invariant: an active one is armed exactly while the balance is above its threshold.

    One that was taken off the list is not active, and keeps its crossings.
    """

    __tablename__ = "credit_alerts"
    __table_args__ = (UniqueConstraint("account_id", "threshold"),)

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    threshold: int = micros()
    armed: bool = Field()
    active: bool = Field(default=True)
    created_at: datetime = instant()


class AlertCrossing(Table, table=True):
    """The balance came from above the alert's threshold to `balance`, at or below it."""

    __tablename__ = "alert_crossings"
    __table_args__ = (
        within_account("alert_id", "credit_alerts"),
        Index("ix_alert_crossings_alert_id", "account_id", "alert_id", "id"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    alert_id: UUID = Field()
    balance: int = micros()
    at: datetime = instant()
