"""Roles: give and take; the bill does not change."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import keep_promise, mutate
from api.users import EXPECTED_VERSION, PROMISE, User, UserPayload
from app.db.unit_of_work import UnitOfWork
from app.domain.previews import Action
from app.domain.users import Role
from app.services import roles as service
from app.services.previews import Wish


@strawberry.input(description="Give or take a role.")
class UserRoleInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    role: Role = strawberry.field(description="The role.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    preview_token: str | None = strawberry.field(default=None, description=PROMISE)


async def _change(
    info: Info, given: UserRoleInput, action: Action, change: Callable[..., Awaitable[Any]]
) -> UserPayload:
    async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
        wish = Wish(action, user_id, frozenset({given.role}))
        await keep_promise(info, uow, account_id, wish, given.preview_token)
        row = await change(
            uow,
            account_id,
            user_id,
            given.role,
            actor=info.context.principal.actor,
            expected_version=given.expected_version,
        )
        return UserPayload(user=User.of(row))

    return await mutate(info, UserPayload, ("user", given.id, "id"), work)


@strawberry.type
class RoleMutation:
    @strawberry.mutation(description="Give a role; the bill does not change.")
    async def grant_role(self, info: Info, input: UserRoleInput) -> UserPayload:
        return await _change(info, input, Action.GRANT_ROLE, service.grant_role)

    @strawberry.mutation(
        description="Take a role; the last administrator keeps it. Who loses the last role "
        "becomes an agent, and the only role of an agent stays."
    )
    async def revoke_role(self, info: Info, input: UserRoleInput) -> UserPayload:
        return await _change(info, input, Action.REVOKE_ROLE, service.revoke_role)
