"""Lines: phone numbers, and whom a call to each of them reaches now."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import decode_if_given, encode
from api.mutations import mutate, user_errors
from api.ring_groups import RingGroup
from api.routing import Routing, callees
from api.users import User
from app.db.unit_of_work import UnitOfWork
from app.domain.lines import LineChanges
from app.domain.routing import route_line
from app.services import lines as service


@strawberry.type(description="A phone number. What it costs is an add-on of the account.")
class Line:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    number: str = strawberry.field(description="E.164, such as +14155550123.")
    voicemail: bool = strawberry.field(
        description="Whether its owner has set voicemail for times without calls."
    )
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: Any) -> "Line":
        return cls(
            row=row,
            id=encode("line", row.account_id, row.id),
            number=row.number,
            voicemail=row.voicemail,
            created_at=row.created_at,
        )

    @strawberry.field(description="Whose own line it is; null for nobody's and a ring group's.")
    async def owner(self, info: Info) -> User | None:
        rows = await self._owners(info)
        return User.of(rows[0]) if rows else None

    @strawberry.field(description="The ring group that it calls; null if none.")
    async def ring_group(self, info: Info) -> RingGroup | None:
        if self.row.ring_group_id is None:
            return None
        key = (self.row.account_id, self.row.ring_group_id)
        return RingGroup.of((await info.context.loaders.ring_group.load(key))[0])

    @strawberry.field(description="Who would ring now, and what becomes of a call if nobody does.")
    async def routing(self, info: Info) -> Routing:
        owners, members = await self._owners(info), await self._members(info)
        owner = callees(owners)[0] if owners else None
        group = None if members is None else callees(members)
        routing = route_line(owner=owner, voicemail=self.voicemail, ring_group=group)
        return Routing.of(routing, owners if members is None else members)

    async def _owners(self, info: Info) -> list[Any]:
        if self.row.owner_id is None:
            return []
        return await info.context.loaders.user.load((self.row.account_id, self.row.owner_id))

    async def _members(self, info: Info) -> list[Any] | None:
        if self.row.ring_group_id is None:
            return None
        key = (self.row.account_id, self.row.ring_group_id)
        return await info.context.loaders.ring_group_members.load(key)


@strawberry.input(description="A new line: somebody's own, a ring group's, or nobody's.")
class CreateLineInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    number: str = strawberry.field(
        description="E.164, such as +14155550123; unique in the account."
    )
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose own line it is."
    )
    ring_group_id: strawberry.ID | None = strawberry.field(
        default=None, description="The ring group that it calls."
    )
    voicemail: bool = strawberry.field(
        default=False, description="Whether its owner has set voicemail."
    )


@strawberry.input(description="Change what is given of a line; null takes away.")
class UpdateLineInput:
    id: strawberry.ID = strawberry.field(description="The line.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose own line it is; a new owner has no voicemail."
    )
    ring_group_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The ring group that it calls."
    )
    voicemail: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether its owner has set voicemail."
    )


@strawberry.type(description="What came of changing a line.")
class LinePayload:
    line: Line | None = strawberry.field(default=None, description="The line afterwards.")
    user_errors: list[UserError] = user_errors()


def _changes(given: CreateLineInput | UpdateLineInput, account_id: UUID) -> LineChanges:
    """Only what is given; InvalidInput and NotFound name the field of an id."""
    changes = LineChanges()
    if given.owner_id is not strawberry.UNSET:
        changes["owner_id"] = decode_if_given(account_id, "user", given.owner_id, field="ownerId")
    if given.ring_group_id is not strawberry.UNSET:
        changes["ring_group_id"] = decode_if_given(
            account_id, "ringgroup", given.ring_group_id, field="ringGroupId"
        )
    if given.voicemail is not strawberry.UNSET:
        changes["voicemail"] = bool(given.voicemail)
    return changes


@strawberry.type
class LineMutation:
    @strawberry.mutation(description="Create a line; the bill does not change.")
    async def create_line(self, info: Info, input: CreateLineInput) -> LinePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> LinePayload:
            changes = _changes(input, account_id)
            row = await service.create_line(uow, account_id, input.number, changes)
            return LinePayload(line=Line.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, LinePayload, target, work)

    @strawberry.mutation(description="Give a line to somebody, a ring group or nobody.")
    async def update_line(self, info: Info, input: UpdateLineInput) -> LinePayload:
        async def work(uow: UnitOfWork, account_id: UUID, line_id: UUID) -> LinePayload:
            changes = _changes(input, account_id)
            return LinePayload(
                line=Line.of(await service.update_line(uow, account_id, line_id, changes))
            )

        target = ("line", input.id, "id")
        return await mutate(info, LinePayload, target, work)
