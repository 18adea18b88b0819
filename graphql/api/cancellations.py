"""A subscription ends, or goes on after all."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from api.account_changes import AccountPayload
from api.accounts import Account
from api.context import Info
from api.mutations import mutate
from app.db.unit_of_work import UnitOfWork
from app.models import Account as Row
from app.services import cancellations as service


@strawberry.input(description="End a subscription, or take that back.")
class CancellationInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the history.")


@strawberry.type
class CancellationMutation:
    @strawberry.mutation(
        description="End a subscription with what is paid for: nothing is renewed, nothing is "
        "refunded, and the cut-off bills what is owed and closes the account. A trial is closed "
        "at once. Usage of before the end that is reported later takes credits that are left, then "
        "it is on an invoice of the next 1st."
    )
    async def cancel_subscription(self, info: Info, input: CancellationInput) -> AccountPayload:
        return await _change(info, input, service.cancel_subscription)

    @strawberry.mutation(description="Take a cancellation back, until the term has ended.")
    async def resume_subscription(self, info: Info, input: CancellationInput) -> AccountPayload:
        return await _change(info, input, service.resume_subscription)


async def _change(
    info: Info, given: CancellationInput, change: Callable[..., Awaitable[Row]]
) -> AccountPayload:
    async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> AccountPayload:
        actor = info.context.principal.actor
        row = await change(uow, account_id, actor=actor, reason=given.reason)
        return AccountPayload(account=Account.of(row))

    target = ("account", given.account_id, "accountId")
    return await mutate(info, AccountPayload, target, work)
