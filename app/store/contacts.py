"""Contacts and contact lists of one account."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Contact, ContactList


async def get(session: AsyncSession, account_id: UUID, contact_id: UUID) -> Contact | None:
    query = select(Contact).where(
        col(Contact.account_id) == account_id, col(Contact.id) == contact_id
    )
    return (await session.exec(query)).first()


async def get_list(session: AsyncSession, account_id: UUID, list_id: UUID) -> ContactList | None:
    query = select(ContactList).where(
        col(ContactList.account_id) == account_id, col(ContactList.id) == list_id
    )
    return (await session.exec(query)).first()


async def list_by_name(session: AsyncSession, account_id: UUID, name: str) -> ContactList | None:
    query = select(ContactList).where(
        col(ContactList.account_id) == account_id, col(ContactList.name) == name
    )
    return (await session.exec(query)).first()


async def assign(
    session: AsyncSession, account_id: UUID, contact_ids: Sequence[UUID], user_id: UUID | None
) -> dict[UUID, Any]:
    """Those of the contacts that there are, assigned to the user or to nobody."""
    query = (
        update(Contact)
        .where(col(Contact.account_id) == account_id, col(Contact.id).in_(contact_ids))
        .values(assigned_to=user_id)
        .returning(Contact)
    )
    connection = await session.connection()
    return {row.id: row for row in await connection.execute(query)}
