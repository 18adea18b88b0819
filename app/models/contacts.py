"""Contacts, whom they are assigned to, and the lists that they are on (U5, R-15)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.db.base import Table, within_account
from app.db.types import identity, instant, text


class ContactList(Table, table=True):
    """R-15: its owner is not deleted before it has another owner or is gone."""

    __tablename__ = "contact_lists"
    __table_args__ = (
        within_account("owner_id", "users"),
        UniqueConstraint("account_id", "name"),
        CheckConstraint("name <> ''", name="name"),
        Index(
            "ix_contact_lists_account_id_owner_id",
            "account_id",
            "owner_id",
            postgresql_where=sql("owner_id IS NOT NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    name: str = text()
    owner_id: UUID | None = Field(default=None)
    created_at: datetime = instant()


class Contact(Table, table=True):
    """`phone` is E.164; two contacts may share one."""

    __tablename__ = "contacts"
    __table_args__ = (
        within_account("assigned_to", "users"),
        within_account("contact_list_id", "contact_lists"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        Index(
            "ix_contacts_account_id_assigned_to",
            "account_id",
            "assigned_to",
            postgresql_where=sql("assigned_to IS NOT NULL"),
        ),
        Index(
            "ix_contacts_account_id_contact_list_id",
            "account_id",
            "contact_list_id",
            postgresql_where=sql("contact_list_id IS NOT NULL"),
        ),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    id: UUID = identity()
    name: str = text()
    phone: str = text()
    assigned_to: UUID | None = Field(default=None)
    contact_list_id: UUID | None = Field(default=None)
    created_at: datetime = instant()
