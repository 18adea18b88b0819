"""API keys: their text is in one answer only."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.mutations import KEY, mutate, once, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.api_keys import Environment
from app.models.api_keys import KeyRole
from app.services import api_keys as service
from app.services.api_keys import NewKey

_SCOPES = "Only this of what the role may, as `users:read`; null for all of it."
_ENDS = "From when on it is refused; null for never."
ONCE = (
    f"{KEY} But for `text`, of which only a hash is kept: if that answer was lost, `rotateApiKey` "
    "with `overlapHours: 0`."
)


@strawberry.type(description="A key that a program shows as `Authorization: Bearer`.")
class ApiKey:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    name: str = strawberry.field(description="What it is for.")
    role: KeyRole = strawberry.field(description="What it may do.")
    environment: Environment | None = strawberry.field(
        description="Which accounts it opens; null for a key of before there was a difference."
    )
    last4: str | None = strawberry.field(
        description="The last characters of its text, to know it by; null for an old key."
    )
    scopes: list[str] | None = strawberry.field(description=_SCOPES)
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description=_ENDS)
    last_used_at: datetime | None = strawberry.field(
        description="When it last asked, to the hour; null for never."
    )
    previous_ends_at: datetime | None = strawberry.field(
        description="Until when its text of before the last rotation is good."
    )
    revoked_at: datetime | None = strawberry.field(description="Since when it is refused.")

    @classmethod
    def of(cls, row: Any) -> "ApiKey":
        return cls(
            id=encode("apikey", row.account_id, row.id),
            name=row.name,
            role=row.role,
            environment=row.environment,
            last4=row.last4,
            scopes=row.scopes,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            previous_ends_at=row.previous_ends_at,
            revoked_at=row.revoked_at,
        )


@strawberry.input(description="A new key for one account.")
class CreateApiKeyInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    role: KeyRole = strawberry.field(description="Any but OPS.")
    name: str = strawberry.field(description="What it is for.")
    scopes: list[str] | None = strawberry.field(default=None, description=_SCOPES)
    expires_at: datetime | None = strawberry.field(default=None, description=_ENDS)
    idempotency_key: str | None = strawberry.field(default=None, description=ONCE)


@strawberry.input(description="A new text for a key.")
class RotateApiKeyInput:
    id: strawberry.ID = strawberry.field(description="The key.")
    overlap_hours: int = strawberry.field(
        default=24, description="For how long the old text stays good, 0 to 168."
    )


@strawberry.input(description="End a key.")
class RevokeApiKeyInput:
    id: strawberry.ID = strawberry.field(description="The key.")


@strawberry.type(description="What came of making, changing or ending a key.")
class ApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(default=None, description="The key.")
    text: str | None = strawberry.field(
        default=None, description="The key's text, if it is new. It is shown only here."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class ApiKeyMutation:
    @strawberry.mutation(
        description="Make a key for one account, that may do no more than who makes it. A sandbox "
        "account's key is a test key and opens no other account."
    )
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> ApiKeyPayload:
        new = NewKey(input.role, input.name, input.scopes, input.expires_at)
        pepper, within = info.context.perseat.key_pepper, info.context.principal.permissions

        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ApiKeyPayload:
            made: list[str] = []

            async def create() -> dict[str, Any]:
                _, text = await service.create_api_key(
                    uow, account_id, new, pepper=pepper, within=within
                )
                made.append(text)
                return {"key": str(new.id)}

            done = await once(uow, account_id, "createApiKey", input, create)
            row = await service.get(uow, account_id, UUID(done["key"]))
            return ApiKeyPayload(api_key=ApiKey.of(row), text=next(iter(made), None))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ApiKeyPayload, target, work)

    @strawberry.mutation(
        description="Give a key a new text. The old one stays good for as long as you say; "
        "rotating again ends the one before at once."
    )
    async def rotate_api_key(self, info: Info, input: RotateApiKeyInput) -> ApiKeyPayload:
        pepper, within = info.context.perseat.key_pepper, info.context.principal.permissions
        overlap = timedelta(hours=input.overlap_hours)

        async def work(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKeyPayload:
            row, text = await service.rotate_api_key(
                uow, account_id, key_id, overlap, pepper=pepper, within=within
            )
            return ApiKeyPayload(api_key=ApiKey.of(row), text=text)

        return await mutate(info, ApiKeyPayload, ("apikey", input.id, "id"), work)

    @strawberry.mutation(description="End a key: its next request is refused.")
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> ApiKeyPayload:
        async def work(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKeyPayload:
            row = await service.revoke_api_key(uow, account_id, key_id)
            return ApiKeyPayload(api_key=ApiKey.of(row))

        return await mutate(info, ApiKeyPayload, ("apikey", input.id, "id"), work)
