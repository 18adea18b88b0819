"""What an account has besides its bill: lines, ring groups, contacts and their history."""

import strawberry

from api.account_row import AccountRow
from api.communications import Communication
from api.contacts import Contact, ContactList
from api.context import Info
from api.lines import Line
from api.pagination import FIRST, Connection, connect, page_of
from api.ring_groups import RingGroup


@strawberry.type
class TelephonyFields(AccountRow):
    @strawberry.field(description="Phone lines, oldest first.")
    async def lines(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Line]:
        page = page_of("lines", first, after, descending=False)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, Line.of)

    @strawberry.field(description="Ring groups, oldest first.")
    async def ring_groups(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[RingGroup]:
        page = page_of("ring_groups", first, after, descending=False)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, RingGroup.of)

    @strawberry.field(description="Contacts, oldest first.")
    async def contacts(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Contact]:
        page = page_of("contacts", first, after, descending=False)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, Contact.of)

    @strawberry.field(description="Contact lists, oldest first.")
    async def contact_lists(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[ContactList]:
        page = page_of("contact_lists", first, after, descending=False)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, ContactList.of)

    @strawberry.field(description="Calls and messages, the newest entries first.")
    async def communications(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Communication]:
        page = page_of("communications", first, after)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, Communication.of)
