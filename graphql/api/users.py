"""Users: who counts, since when, and what they may do."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.await_maybe import AwaitableOrValue, await_maybe

from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.mutations import KEY, keep_promise, mutate, once, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.passwords import Activation
from app.domain.plans import POLICIES, BillingPolicy
from app.domain.previews import Action
from app.domain.users import Access as Allowed
from app.domain.users import Role, UserStatus, access_of
from app.services import users as service
from app.services.previews import Wish

PROMISE = (
    "The token of a preview: the change does exactly what was shown, or fails with "
    "PREVIEW_CHANGED and what is different."
)
EXPECTED_VERSION = "The version that you have read; refused if the user has changed since."


@strawberry.type(description="What a user's state and roles allow (every column of rule U1).")
class Access:
    can_log_in: bool = strawberry.field(description="May log in.")
    can_see_reports: bool = strawberry.field(description="Sees reports and analytics.")
    can_change_settings: bool = strawberry.field(description="Logs in and is an administrator.")
    can_receive_calls: bool = strawberry.field(description="Inbound calls ring.")
    goes_to_voicemail: bool = strawberry.field(
        description="Calls to the own line go to voicemail, if it is set; nothing rings."
    )
    can_make_calls: bool = strawberry.field(description="May call and send messages.")
    rings_in_groups: bool = strawberry.field(description="Takes part in ring groups.")
    is_notified: bool = strawberry.field(description="Gets notifications.")
    is_billable: bool = strawberry.field(description="Counts for the bill.")

    @classmethod
    def of(cls, access: Allowed, *, billable: bool) -> "Access":
        return cls(
            can_log_in=access.can_log_in,
            can_see_reports=access.sees_reports,
            can_change_settings=access.changes_settings,
            can_receive_calls=access.receives_calls,
            goes_to_voicemail=access.to_voicemail,
            can_make_calls=access.makes_calls,
            rings_in_groups=access.rings_in_groups,
            is_notified=access.is_notified,
            is_billable=billable,
        )


@strawberry.type(description="How many users are in a state.")
class StatusCount:
    status: UserStatus = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many users.")


@strawberry.type(description="A person of a company.")
class User:
    key: strawberry.Private[tuple[UUID, UUID]]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str = strawberry.field(description="Last name.")
    email: str = strawberry.field(description="E-mail address, in lower case.")
    status: UserStatus = strawberry.field(description="Decides access and billing.")
    created_at: datetime = strawberry.field(description="When the user was added.")
    version: int = strawberry.field(description="Rises with each change.")
    known: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "User":
        return cls(
            known=row,
            key=(row.account_id, row.id),
            id=encode("user", row.account_id, row.id),
            first_name=row.first_name,
            last_name=row.last_name,
            email=row.email,
            status=row.status,
            created_at=row.created_at,
            version=row.version,
        )

    @strawberry.field(
        graphql_type=list[Role], description="All roles; together they occupy one licence."
    )
    def roles(self, info: Info) -> AwaitableOrValue[list[Role]]:
        if (roles := getattr(self.known, "roles", None)) is not None:
            return sorted(Role(role) for role in roles)
        return self._roles(info)

    async def _roles(self, info: Info) -> list[Role]:
        rows = await info.context.loaders.roles.load(self.key)
        return sorted(row.role for row in rows)

    @strawberry.field(description="The way to the first log-in; null for deleted users.")
    async def activation(self, info: Info) -> Activation | None:
        invitee = await info.context.loaders.invitee.load(self.key)
        return invitee.standing.activation if invitee else None

    @strawberry.field(description="What the state and the roles allow.")
    async def access(self, info: Info) -> Access:
        access = access_of(self.status, await await_maybe(self.roles(info)))
        return Access.of(access, billable=await await_maybe(self.billable(info)))

    @strawberry.field(
        graphql_type=bool,
        description="Whether the user counts for the bill, by the account's policy.",
    )
    def billable(self, info: Info) -> AwaitableOrValue[bool]:
        if hasattr(self.known, "billing_policy"):
            return self._is_billable(self.known)
        return self._billable(info)

    async def _billable(self, info: Info) -> bool:
        return self._is_billable(await info.context.loaders.subscription.load(self.key[0]))

    def _is_billable(self, row: Any) -> bool:
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
        default=True,
        description="False for a user whom an administrator activates after the first steps. "
        "Until then the user is SUSPENDED, which is billed, or DEACTIVATED, which is not, where "
        "active users are billed.",
    )
    preview_token: str | None = strawberry.field(default=None, description=PROMISE)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Change what is given of a user.")
class UpdateUserInput:
    id: strawberry.ID = strawberry.field(description="The user.")
    first_name: str | None = strawberry.field(default=None, description="First name.")
    last_name: str | None = strawberry.field(default=None, description="Last name.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.type(description="What came of changing a user.")
class UserPayload:
    user: User | None = strawberry.field(default=None, description="The user afterwards.")
    user_errors: list[UserError] = user_errors()


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

            async def create() -> dict[str, Any]:
                wish = Wish(Action.CREATE, roles=new.roles, active=new.active)
                await keep_promise(info, uow, account_id, wish, input.preview_token)
                actor = info.context.principal.actor
                return {
                    "user": str((await service.create_user(uow, account_id, new, actor=actor)).id)
                }

            done = await once(uow, account_id, "createUser", input, create)
            return UserPayload(user=User.of(await service.get(uow, account_id, UUID(done["user"]))))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, UserPayload, target, work)

    @strawberry.mutation(description="Change names or address; the bill does not change.")
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserPayload:
        async def work(uow: UnitOfWork, account_id: UUID, user_id: UUID) -> UserPayload:
            new = service.Details(
                input.first_name, input.last_name, input.email, input.expected_version
            )
            actor = info.context.principal.actor
            row = await service.update_user(uow, account_id, user_id, new, actor=actor)
            return UserPayload(user=User.of(row))

        target = ("user", input.id, "id")
        return await mutate(info, UserPayload, target, work)
