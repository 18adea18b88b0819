"""API keys: their text is in one answer only."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.models.api_keys import KeyRole
from app.services import api_keys as service


@strawberry.type(description="A key that a program shows as `Authorization: Bearer`.")
class ApiKey:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    name: str = strawberry.field(description="What it is for.")
    role: KeyRole = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    revoked_at: datetime | None = strawberry.field(description="Since when it is refused.")

    @classmethod
    def of(cls, row: Any) -> "ApiKey":
        return cls(
            id=encode("apikey", row.account_id, row.id),
            name=row.name,
            role=row.role,
            created_at=row.created_at,
            revoked_at=row.revoked_at,
        )


@strawberry.input(description="A new key for one account.")
class CreateApiKeyInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    role: KeyRole = strawberry.field(description="Any but OPS.")
    name: str = strawberry.field(description="What it is for.")


@strawberry.input(description="End a key.")
class RevokeApiKeyInput:
    id: strawberry.ID = strawberry.field(description="The key.")


@strawberry.type(description="What came of making or ending a key.")
class ApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(default=None, description="The key.")
    text: str | None = strawberry.field(
        default=None, description="The key's text, if it is new. It is shown only here."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class ApiKeyMutation:
    @strawberry.mutation(description="Make a key for one account.")
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> ApiKeyPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> ApiKeyPayload:
            row, text = await service.create_api_key(uow, account_id, input.role, input.name)
            return ApiKeyPayload(api_key=ApiKey.of(row), text=text)

        target = ("account", input.account_id, "accountId")
        return await mutate(info, ApiKeyPayload, target, work)

    @strawberry.mutation(description="End a key: its next request is refused.")
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> ApiKeyPayload:
        async def work(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKeyPayload:
            row = await service.revoke_api_key(uow, account_id, key_id)
            return ApiKeyPayload(api_key=ApiKey.of(row))

        return await mutate(info, ApiKeyPayload, ("apikey", input.id, "id"), work)
