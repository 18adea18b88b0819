"""How a mutation runs: permission, one unit of work, one call; errors become `userErrors`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy.exc import DBAPIError

from api.context import Info
from api.errors import Busy, UserError
from api.ids import decode
from app.db.unit_of_work import UnitOfWork
from app.domain.access import check_account
from app.domain.errors import BillingError, NotFound
from app.domain.ids import noun_of
from app.faults import Fault, reach
from app.services import idempotency, promises
from app.services.previews import Wish

Payload = TypeVar("Payload")
KEY = (
    "Any text of up to 200 characters that is new for each new wish: sent again within 30 days it "
    "makes nothing a second time and gets the same answer."
)
ERRORS = "Empty when the mutation did what it was asked for."


def user_errors() -> Any:
    return strawberry.field(description=ERRORS, default_factory=list)


@asynccontextmanager
async def changing(info: Info, account_id: UUID) -> AsyncIterator[UnitOfWork]:
    """The unit of work of a change: nothing is read beside it."""
    context = info.context
    async with context.loaders.silent(), context.tenants.begin(account_id) as uow:
        yield uow
    reach(Fault.MUTATION_COMMITTED)


async def mutate(
    info: Info,
    payload: type[Payload],
    target: tuple[str, str, str],
    work: Callable[[UnitOfWork, UUID, UUID], Awaitable[Payload]],
) -> Payload:
    """Do `work` for the row that `target` (kind of id, id, input field) names, all or nothing."""

    async def whole(account_id: UUID, row_id: UUID) -> Payload:
        async with changing(info, account_id) as uow:
            return await work(uow, account_id, row_id)

    return await answer(info, payload, target, whole)


async def answer(
    info: Info,
    payload: type[Payload],
    target: tuple[str, str, str],
    whole: Callable[[UUID, UUID], Awaitable[Payload]],
) -> Payload:
    """For work that asks somebody else before it opens its transaction."""
    kind, text, field = target
    refusal: BillingError
    try:
        account_id, row_id = decode(kind, text, field=field)
        check_account(info.context.principal, account_id, field=field)
        return await whole(account_id, row_id)
    except NotFound as error:
        refusal = NotFound(noun_of(kind), field=field) if error.noun == "account" else error
    except BillingError as error:
        refusal = error
    except DBAPIError as error:
        if not Busy.told_by(error):
            raise
        refusal = Busy(error)
    return payload(user_errors=[UserError.of(refusal)])  # type: ignore[call-arg]


async def keep_promise(
    info: Info, uow: UnitOfWork, account_id: UUID, wish: Wish, token: str | None
) -> None:
    """A change that was previewed is made as it was shown; without a token nothing was shown."""
    if token is not None:
        actor, key = info.context.principal.actor, info.context.perseat.signing_key
        await promises.keep(uow, account_id, wish, token, key=key, actor=actor)


async def once(
    uow: UnitOfWork,
    account_id: UUID,
    operation: str,
    given: Any,
    work: Callable[[], Awaitable[dict[str, Any]]],
) -> dict[str, Any]:
    """Idempotent by the input's key, if it has one; the fingerprint is the whole input."""
    if given.idempotency_key is None:
        return await work()
    request = idempotency.digest(operation, strawberry.asdict(given))
    return await idempotency.once(uow, account_id, given.idempotency_key, request, work)
