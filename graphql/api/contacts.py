"""Contacts and contact lists: assigned to people, unassigned when these are deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import decode_if_given, decode_within, encode
from api.mutations import mutate, user_errors
from api.users import User
from app.db.unit_of_work import UnitOfWork
from app.services import contacts as service


@strawberry.type(description="A list that contacts are on; it costs nothing.")
class ContactList:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    name: str = strawberry.field(description="Its name, unique within the account.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: Any) -> "ContactList":
        key = encode("contactlist", row.account_id, row.id)
        return cls(row=row, id=key, name=row.name, created_at=row.created_at)

    @strawberry.field(description="Its owner; null for nobody.")
    async def owner(self, info: Info) -> User | None:
        return await _user(info, self.row.account_id, self.row.owner_id)


@strawberry.type(description="Somebody outside the company; it costs nothing.")
class Contact:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    name: str = strawberry.field(description="The contact's name.")
    phone: str = strawberry.field(description="E.164, such as +14155550123.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: Any) -> "Contact":
        return cls(
            row=row,
            id=encode("contact", row.account_id, row.id),
            name=row.name,
            phone=row.phone,
            created_at=row.created_at,
        )

    @strawberry.field(description="Who takes care of it; null for nobody.")
    async def assigned_to(self, info: Info) -> User | None:
        return await _user(info, self.row.account_id, self.row.assigned_to)

    @strawberry.field(description="The list that it is on; null for none.")
    async def contact_list(self, info: Info) -> ContactList | None:
        if self.row.contact_list_id is None:
            return None
        key = (self.row.account_id, self.row.contact_list_id)
        rows = await info.context.loaders.contact_list.load(key)
        return ContactList.of(rows[0]) if rows else None


async def _user(info: Info, account_id: UUID, user_id: UUID | None) -> User | None:
    if user_id is None:
        return None
    rows = await info.context.loaders.user.load((account_id, user_id))
    return User.of(rows[0]) if rows else None


@strawberry.input(description="A new contact list.")
class CreateContactListInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    name: str = strawberry.field(description="Its name, unique within the account.")
    owner_id: strawberry.ID | None = strawberry.field(default=None, description="Its owner.")


@strawberry.input(description="A new contact.")
class CreateContactInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    name: str = strawberry.field(description="The contact's name.")
    phone: str = strawberry.field(description="E.164, such as +14155550123.")
    assigned_to_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who takes care of it."
    )
    contact_list_id: strawberry.ID | None = strawberry.field(
        default=None, description="The list that it is on."
    )


@strawberry.input(description="Assign contacts, all or none of them.")
class AssignContactsInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    contact_ids: list[strawberry.ID] = strawberry.field(description="1 to 100 contacts.")
    user_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who takes care of them; null for nobody."
    )


@strawberry.type(description="What came of creating a contact list.")
class ContactListPayload:
    contact_list: ContactList | None = strawberry.field(
        default=None, description="The list afterwards."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of creating a contact.")
class ContactPayload:
    contact: Contact | None = strawberry.field(default=None, description="The contact.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of assigning contacts.")
class AssignContactsPayload:
    contacts: list[Contact] = strawberry.field(
        default_factory=list, description="The contacts afterwards, in the order of the input."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class ContactMutation:
    @strawberry.mutation(description="Create a contact list; the bill does not change.")
    async def create_contact_list(
        self, info: Info, input: CreateContactListInput
    ) -> ContactListPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ContactListPayload:
            owner = decode_if_given(account_id, "user", input.owner_id, field="ownerId")
            row = await service.create_contact_list(uow, account_id, input.name, owner_id=owner)
            return ContactListPayload(contact_list=ContactList.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ContactListPayload, target, work)

    @strawberry.mutation(description="Create a contact; the bill does not change.")
    async def create_contact(self, info: Info, input: CreateContactInput) -> ContactPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ContactPayload:
            user, on = input.assigned_to_id, input.contact_list_id
            new = service.NewContact(
                name=input.name,
                phone=input.phone,
                assigned_to=decode_if_given(account_id, "user", user, field="assignedToId"),
                contact_list_id=decode_if_given(
                    account_id, "contactlist", on, field="contactListId"
                ),
            )
            row = await service.create_contact(uow, account_id, new)
            return ContactPayload(contact=Contact.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ContactPayload, target, work)

    @strawberry.mutation(description="Assign contacts to a user, or to nobody.")
    async def assign_contacts(
        self, info: Info, input: AssignContactsInput
    ) -> AssignContactsPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> AssignContactsPayload:
            user = decode_if_given(account_id, "user", input.user_id, field="userId")
            contacts = [
                decode_within(account_id, "contact", text, field=f"contactIds.{place}")
                for place, text in enumerate(input.contact_ids)
            ]
            rows = await service.assign_contacts(uow, account_id, contacts, user)
            return AssignContactsPayload(contacts=[Contact.of(row) for row in rows])

        target = ("account", input.account_id, "accountId")
        return await mutate(info, AssignContactsPayload, target, work)
