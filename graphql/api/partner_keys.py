"""Keys of partners who work for several accounts: which ones, operators say."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import strawberry

from api.api_keys import ONCE, ApiKey, ApiKeyPayload
from api.context import Info
from api.errors import UserError
from api.ids import decode
from api.making import Making, made_once
from api.mutations import answer
from app.db.unit_of_work import UnitOfWork
from app.domain.api_keys import Environment
from app.domain.errors import BillingError
from app.models.api_keys import PLATFORM, KeyRole
from app.services import api_keys as service
from app.services.api_keys import NewKey

Work: TypeAlias = Callable[[UnitOfWork, UUID, UUID], Awaitable[ApiKeyPayload]]


@strawberry.input(description="A new key for a partner who works for several accounts.")
class CreatePartnerKeyInput:
    environment: Environment = strawberry.field(description="Which accounts it may be granted.")
    name: str = strawberry.field(description="Whose it is.")
    scopes: list[str] | None = strawberry.field(
        default=None, description="Only this of what partners may; null for all of it."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="From when on it is refused; null for never."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=ONCE)


@strawberry.input(description="An account that a partner's key may work for, or may no more.")
class ApiKeyGrantInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    api_key_id: strawberry.ID = strawberry.field(description="A key of createPartnerKey.")


@strawberry.type
class PartnerKeyMutation:
    @strawberry.mutation(
        description="Make a key for a partner. It opens nothing until accounts are granted to it, "
        "and says with the header `Perseat-Account` for which of them it asks."
    )
    async def create_partner_key(self, info: Info, input: CreatePartnerKeyInput) -> ApiKeyPayload:
        new = NewKey(KeyRole.PARTNER, input.name, input.scopes, input.expires_at)
        pepper, within = info.context.perseat.key_pepper, info.context.principal.permissions

        async def make(uow: UnitOfWork) -> ApiKeyPayload:
            row, text = await service.create_partner_key(
                uow, input.environment, new, pepper=pepper, within=within
            )
            return ApiKeyPayload(api_key=ApiKey.of(row), text=text)

        async def find(uow: UnitOfWork, key_id: UUID) -> ApiKeyPayload:
            return ApiKeyPayload(api_key=ApiKey.of(await service.get(uow, PLATFORM, key_id)))

        wish = Making("createPartnerKey", input, new.id)
        try:
            return await made_once(info, wish, make, find)
        except BillingError as error:
            return ApiKeyPayload(user_errors=[UserError.of(error)])

    @strawberry.mutation(description="Let a partner's key work for an account.")
    async def grant_api_key(self, info: Info, input: ApiKeyGrantInput) -> ApiKeyPayload:
        actor = info.context.principal.actor

        async def work(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKeyPayload:
            row = await service.grant_api_key(uow, account_id, key_id, actor=actor)
            return ApiKeyPayload(api_key=ApiKey.of(row))

        return await _granting(info, input, work)

    @strawberry.mutation(description="Take an account from a partner's key, at its next request.")
    async def revoke_api_key_grant(self, info: Info, input: ApiKeyGrantInput) -> ApiKeyPayload:
        async def work(uow: UnitOfWork, account_id: UUID, key_id: UUID) -> ApiKeyPayload:
            row = await service.revoke_grant(uow, account_id, key_id)
            return ApiKeyPayload(api_key=ApiKey.of(row))

        return await _granting(info, input, work)


async def _granting(info: Info, given: ApiKeyGrantInput, work: Work) -> ApiKeyPayload:
    """The key is none of the account: it takes a transaction that sees both."""
    context = info.context

    async def whole(account_id: UUID, _: UUID) -> ApiKeyPayload:
        _, key_id = decode("apikey", given.api_key_id, field="apiKeyId")
        async with context.loaders.silent(), context.operators.begin(account_id) as uow:
            return await work(uow, account_id, key_id)

    return await answer(info, ApiKeyPayload, ("account", given.account_id, "accountId"), whole)
