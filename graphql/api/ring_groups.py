"""Ring groups: people who are called together."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import decode_within, encode
from api.mutations import mutate, user_errors
from api.routing import Routing, callees
from api.users import User
from app.db.unit_of_work import UnitOfWork
from app.domain.routing import route_ring_group
from app.services import ring_groups as service


@strawberry.type(description="People who are called together; it costs nothing.")
class RingGroup:
    key: strawberry.Private[tuple[UUID, UUID]]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    name: str = strawberry.field(description="Its name, unique within the account.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def of(cls, row: Any) -> "RingGroup":
        return cls(
            key=(row.account_id, row.id),
            id=encode("ringgroup", row.account_id, row.id),
            name=row.name,
            created_at=row.created_at,
        )

    @strawberry.field(description="All members, at most 1,000, in the order of calling.")
    async def members(self, info: Info) -> list[User]:
        rows = await info.context.loaders.ring_group_members.load(self.key)
        return [User.of(row) for row in rows]

    @strawberry.field(description="Who of the members would ring now.")
    async def routing(self, info: Info) -> Routing:
        rows = await info.context.loaders.ring_group_members.load(self.key)
        return Routing.of(route_ring_group(callees(rows)), rows)


@strawberry.input(description="A new ring group.")
class CreateRingGroupInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    name: str = strawberry.field(description="Its name, unique within the account.")
    user_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Its members, in the order of calling."
    )


@strawberry.input(description="Replace the members of a ring group.")
class SetRingGroupMembersInput:
    id: strawberry.ID = strawberry.field(description="The ring group.")
    user_ids: list[strawberry.ID] = strawberry.field(
        description="All members, at most 1,000, in the order of calling."
    )


@strawberry.type(description="What came of changing a ring group.")
class RingGroupPayload:
    ring_group: RingGroup | None = strawberry.field(
        default=None, description="The ring group afterwards."
    )
    user_errors: list[UserError] = user_errors()


def _users(ids: list[strawberry.ID], account_id: UUID) -> list[UUID]:
    return [
        decode_within(account_id, "user", text, field=f"userIds.{place}")
        for place, text in enumerate(ids)
    ]


@strawberry.type
class RingGroupMutation:
    @strawberry.mutation(description="Create a ring group; the bill does not change.")
    async def create_ring_group(self, info: Info, input: CreateRingGroupInput) -> RingGroupPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> RingGroupPayload:
            users = _users(input.user_ids, account_id)
            row = await service.create_ring_group(uow, account_id, input.name, users)
            return RingGroupPayload(ring_group=RingGroup.of(row))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, RingGroupPayload, target, work)

    @strawberry.mutation(description="Say who is called, in which order; nobody else stays.")
    async def set_ring_group_members(
        self, info: Info, input: SetRingGroupMembersInput
    ) -> RingGroupPayload:
        async def work(uow: UnitOfWork, account_id: UUID, group_id: UUID) -> RingGroupPayload:
            users = _users(input.user_ids, account_id)
            row = await service.set_ring_group_members(uow, account_id, group_id, users)
            return RingGroupPayload(ring_group=RingGroup.of(row))

        target = ("ringgroup", input.id, "id")
        return await mutate(info, RingGroupPayload, target, work)
