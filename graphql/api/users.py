"""Users: who counts, since when, and what they may do."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.auth import Operation
from api.context import Info
from api.errors import UserError
from api.ids import decode_if_given, encode
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Departure
from app.domain.plans import POLICIES, BillingPolicy
from app.domain.users import ACCESS, Role, UserStatus
from app.services import users as service


@strawberry.type(description="What a user's state allows.")
class Access:
    can_log_in: bool = strawberry.field(description="May log in.")
    sees_reports: bool = strawberry.field(description="Sees reports; settings if administrator.")
    can_receive_calls: bool = strawberry.field(description="Inbound calls ring.")
    can_make_calls: bool = strawberry.field(description="May call and send messages.")
    rings_in_groups: bool = strawberry.field(description="Takes part in ring groups.")
    is_notified: bool = strawberry.field(description="Gets notifications.")

    @classmethod
    def of(cls, status: UserStatus) -> "Access":
        access = ACCESS[status]
        return cls(
            can_log_in=access.can_log_in,
            sees_reports=access.sees_reports,
            can_receive_calls=access.receives_calls,
            can_make_calls=access.makes_calls,
            rings_in_groups=access.rings_in_groups,
            is_notified=access.is_notified,
        )


@strawberry.type(description="A person of a company.")
class User:
    key: strawberry.Private[tuple[UUID, UUID]]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str = strawberry.field(description="Last name.")
    email: str = strawberry.field(description="E-mail address, in lower case.")
    status: UserStatus = strawberry.field(description="Decides access and billing.")
    access: Access = strawberry.field(description="What the state allows.")
    created_at: datetime = strawberry.field(description="When the user was added.")
    version: int = strawberry.field(description="Rises with each change.")

    @classmethod
    def of(cls, row: Any) -> "User":
        return cls(
            key=(row.account_id, row.id),
            id=encode("user", row.account_id, row.id),
            first_name=row.first_name,
            last_name=row.last_name,
            email=row.email,
            status=row.status,
            access=Access.of(row.status),
            created_at=row.created_at,
            version=row.version,
        )

    @strawberry.field(description="All roles; together they occupy one licence.")
    async def roles(self, info: Info) -> list[Role]:
        rows = await info.context.loaders.roles.load(self.key)
        return sorted(row.role for row in rows)

    @strawberry.field(description="Whether the user counts for the bill, by the account's policy.")
    async def billable(self, info: Info) -> bool:
        row = await info.context.loaders.subscription.load(self.key[0])
        return self.status in POLICIES[BillingPolicy(row.billing_policy)].billable


@strawberry.input(description="A new user. There is no password here: the server makes one.")
class CreateUserInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str = strawberry.field(description="Last name.")
    email: str = strawberry.field(description="E-mail address, unique within the account.")
    roles: list[Role] = strawberry.field(
        description="Roles; an agent if none is given.", default_factory=list
    )
    active: bool = strawberry.field(
        default=True, description="False for a user who needs an extra activation."
    )


@strawberry.input(description="Change what is given of a user.")
class UpdateUserInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    first_name: str | None = strawberry.field(default=None, description="First name.")
    last_name: str | None = strawberry.field(default=None, description="Last name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")


@strawberry.input(description="Change the state of a user.")
class UserStatusInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the history.")


@strawberry.input(description="Delete a user for ever, and decide about the user's contact lists.")
class DeleteUserInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the history.")
    new_list_owner_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Who gets the user's contact lists; needed, or deleteLists, if there are any.",
    )
    delete_lists: bool = strawberry.field(
        default=False, description="Delete the user's contact lists; their contacts stay."
    )


@strawberry.input(description="Give or take a role.")
class UserRoleInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    role: Role = strawberry.field(description="The role.")


@strawberry.type(description="What came of changing a user.")
class UserPayload:
    user: User | None = strawberry.field(default=None, description="The user afterwards.")
    user_errors: list[UserError] = user_errors()


def _departure(given: DeleteUserInput, account_id: UUID) -> Departure:
    new_owner = decode_if_given(account_id, "user", given.new_list_owner_id, field="newListOwnerId")
    return Departure(new_owner, given.delete_lists)


async def _change(
    info: Info, given: UserStatusInput | DeleteUserInput, target: UserStatus
) -> UserPayload:
    async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
        row = await service.change_status(
            uow,
            account_id,
            user_id,
            target,
            actor=info.context.principal.actor,
            reason=given.reason,
            departure=(
                _departure(given, account_id) if isinstance(given, DeleteUserInput) else None
            ),
        )
        return UserPayload(user=User.of(row))

    return await mutate(info, Operation.WRITE_USERS, UserPayload, ("user", given.id, "id"), work)


@strawberry.type
class UserMutation:
    @strawberry.mutation(description="Add a user; beyond the held licences this is charged.")
    async def create_user(self, info: Info, input: CreateUserInput) -> UserPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> UserPayload:
            new = service.NewUser(
                first_name=input.first_name,
                last_name=input.last_name,
                email=input.email,
                roles=frozenset(input.roles),
                active=input.active,
            )
            actor = info.context.principal.actor
            return UserPayload(
                user=User.of(await service.create_user(uow, account_id, new, actor=actor))
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, Operation.WRITE_USERS, UserPayload, target, work)

    @strawberry.mutation(description="Change names or address; the bill does not change.")
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserPayload:
        async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
            row = await service.update_user(
                uow,
                account_id,
                user_id,
                first_name=input.first_name,
                last_name=input.last_name,
                email=input.email,
            )
            return UserPayload(user=User.of(row))

        target = ("user", input.id, "id")
        return await mutate(info, Operation.WRITE_USERS, UserPayload, target, work)

    @strawberry.mutation(description="Activate; beyond the held licences this is charged.")
    async def activate_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, UserStatus.ACTIVE)

    @strawberry.mutation(description="Pause: no calls come in; still billed.")
    async def pause_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, UserStatus.PAUSED)

    @strawberry.mutation(description="Suspend: no log-in; still billed.")
    async def suspend_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, UserStatus.SUSPENDED)

    @strawberry.mutation(description="Deactivate: no log-in, not billed (by active users).")
    async def deactivate_user(self, info: Info, input: UserStatusInput) -> UserPayload:
        return await _change(info, input, UserStatus.DEACTIVATED)

    @strawberry.mutation(description="Delete for ever. The licence stays paid until its term ends.")
    async def delete_user(self, info: Info, input: DeleteUserInput) -> UserPayload:
        return await _change(info, input, UserStatus.DELETED)

    @strawberry.mutation(description="Give a role; the bill does not change.")
    async def grant_role(self, info: Info, input: UserRoleInput) -> UserPayload:
        async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
            return UserPayload(
                user=User.of(await service.grant_role(uow, account_id, user_id, input.role))
            )

        target = ("user", input.id, "id")
        return await mutate(info, Operation.WRITE_USERS, UserPayload, target, work)

    @strawberry.mutation(description="Take a role; the last administrator keeps it.")
    async def revoke_role(self, info: Info, input: UserRoleInput) -> UserPayload:
        async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
            return UserPayload(
                user=User.of(await service.revoke_role(uow, account_id, user_id, input.role))
            )

        target = ("user", input.id, "id")
        return await mutate(info, Operation.WRITE_USERS, UserPayload, target, work)
