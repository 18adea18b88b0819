"""Add-ons (A1): how many of each the account wants, and when each came or went."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field

from app.db.base import Table
from app.db.types import count, identity, instant, one_of, text
from app.domain.plans import Component


class AddOn(Table, table=True):
    """`quantity` renews at the next renewal; it is the sum of the changes."""

    __tablename__ = "add_ons"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("component <> 'LICENSE'", name="component_is_an_add_on"),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    component: Component = one_of(Component, name="component", primary_key=True)
    quantity: int = count()
    created_at: datetime = instant()


class AddOnChange(Table, table=True):
    """One addition (positive) or removal (negative), never updated."""

    __tablename__ = "add_on_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "component"], ["add_ons.account_id", "add_ons.component"]
        ),
        CheckConstraint("quantity <> 0", name="quantity"),
        Index("ix_add_on_changes_account_id_component_at", "account_id", "component", "at"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    component: Component = one_of(Component, name="component")
    quantity: int = count()
    at: datetime = instant()
    actor: str = text()
