"""What is made once by its idempotency key, although there is no account yet to be locked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import Busy
from api.mutations import changing
from app.db.unit_of_work import UnitOfWork, set_tenant
from app.models.api_keys import PLATFORM
from app.services import idempotency

Payload = TypeVar("Payload")
TRIES = 3


@dataclass(frozen=True, slots=True)
class Making:
    """What would have the id `id`: an account, or something of the platform."""

    operation: str
    given: Any
    id: UUID
    is_account: bool = False

    def home(self, made: UUID) -> UUID:
        return made if self.is_account else PLATFORM


class _Raced(Exception):
    """Somebody else has made it while we were about to."""


async def made_once(
    info: Info,
    wish: Making,
    make: Callable[[UnitOfWork], Awaitable[Payload]],
    find: Callable[[UnitOfWork, UUID], Awaitable[Payload]],
) -> Payload:
    """`make` it, or `find` what the same request has made; without a key it is always made."""
    if wish.given.idempotency_key is None:
        async with changing(info, wish.home(wish.id)) as uow:
            return await make(uow)
    key = idempotency.own_key(info.context.principal.id, wish.given.idempotency_key)
    request = idempotency.digest(wish.operation, strawberry.asdict(wish.given))
    for _ in range(TRIES):
        try:
            if (made := await _made(info, key, request)) is None:
                return await _make(info, wish, key, request, make)
        except _Raced:
            continue
        async with changing(info, wish.home(made)) as uow:
            return await find(uow, made)
    raise Busy


async def _made(info: Info, key: str, request: str) -> UUID | None:
    async with info.context.perseat.tenants.begin(PLATFORM) as uow:
        kept = await idempotency.kept(uow, key, request)
    return None if kept is None else UUID(kept["id"])


async def _make(
    info: Info,
    wish: Making,
    key: str,
    request: str,
    make: Callable[[UnitOfWork], Awaitable[Payload]],
) -> Payload:
    """The key is the platform's and what is made may be another tenant's, in one transaction."""
    home = wish.home(wish.id)
    async with changing(info, home) as uow:
        await set_tenant(uow.session, PLATFORM)
        if not await idempotency.claim(uow, key, request, {"id": str(wish.id)}):
            raise _Raced
        await set_tenant(uow.session, home)
        return await make(uow)
