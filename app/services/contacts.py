"""Contacts and their lists: created, and assigned to people or to nobody (U5, R-15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.phones import clean_phone
from app.domain.users import clean_name
from app.models import Contact, ContactList
from app.services.assignments import check_assignable
from app.services.locks import account_locked, time_of
from app.store import contacts as store

ASSIGN_LIMIT = 100


@dataclass(frozen=True, slots=True)
class NewContact:
    name: str
    phone: str
    assigned_to: UUID | None = None
    contact_list_id: UUID | None = None


async def create_contact_list(
    uow: UnitOfWork, account_id: UUID, name: str, *, owner_id: UUID | None = None
) -> ContactList:
    name = clean_name(name, field="name")
    account = await account_locked(uow, account_id)
    await check_assignable(uow, account_id, {"ownerId": owner_id})
    if await store.list_by_name(uow.session, account_id, name):
        raise Conflict("The account has a contact list of this name.", field="name")
    made = ContactList(
        account_id=account_id,
        id=new_id(),
        name=name,
        owner_id=owner_id,
        created_at=time_of(uow, account),
    )
    uow.session.add(made)
    await uow.session.flush()
    return made


async def create_contact(uow: UnitOfWork, account_id: UUID, new: NewContact) -> Contact:
    name, phone = clean_name(new.name, field="name"), clean_phone(new.phone, field="phone")
    account = await account_locked(uow, account_id)
    await check_assignable(uow, account_id, {"assignedToId": new.assigned_to})
    on = new.contact_list_id
    if on and not await store.get_list(uow.session, account_id, on):
        raise NotFound("contact list", field="contactListId")
    contact = Contact(
        account_id=account_id,
        id=new_id(),
        name=name,
        phone=phone,
        assigned_to=new.assigned_to,
        contact_list_id=on,
        created_at=time_of(uow, account),
    )
    uow.session.add(contact)
    await uow.session.flush()
    return contact


async def assign_contacts(
    uow: UnitOfWork, account_id: UUID, contact_ids: Sequence[UUID], user_id: UUID | None
) -> list[Any]:
    """The rows of the contacts, all or none; `user_id` None unassigns them."""
    if not 0 < len(contact_ids) <= ASSIGN_LIMIT:
        raise InvalidInput(
            f"1 to {ASSIGN_LIMIT} contacts can be assigned at a time.", field="contactIds"
        )
    await account_locked(uow, account_id)
    await check_assignable(uow, account_id, {"userId": user_id})
    found = await store.assign(uow.session, account_id, contact_ids, user_id)
    for place, contact_id in enumerate(contact_ids):
        if contact_id not in found:
            raise NotFound("contact", field=f"contactIds.{place}")
    return [found[each] for each in dict.fromkeys(contact_ids)]
