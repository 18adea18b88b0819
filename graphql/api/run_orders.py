"""Ordering billing runs: plan a month, post exactly that plan, bill what was parked."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy.exc import DBAPIError

from api.context import Info
from api.errors import Busy, UserError
from api.ids import decode
from api.mutations import user_errors
from api.runs import BillingRun
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError
from app.models import BillingRun as Row
from app.services import run_orders as service


@strawberry.input(description="Compute, or bill, everything that is due at a cut-off.")
class StartBillingRunInput:
    period: date | None = strawberry.field(
        default=None, description="A 1st; if not given, the next one that is to be billed."
    )
    dry_run: bool = strawberry.field(
        default=True, description="Only plan; with false what is due is posted without asking."
    )
    due_only: bool = strawberry.field(
        default=False,
        description="Leave out accounts whose cut-off is still to come: a plan with such accounts "
        "is a forecast, and cannot be applied before the last of them has passed.",
    )
    sandbox: bool = strawberry.field(
        default=False, description="Sandbox accounts instead of real ones."
    )
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these accounts, all real or all sandbox ones."
    )
    reason: str | None = strawberry.field(
        default=None, description="Why; needed if it is no dry run. Kept with the run."
    )


@strawberry.input(description="Post exactly the plan of a dry run.")
class ApplyBillingRunInput:
    plan_hash: str = strawberry.field(
        description="The hash of the plan. It is the key, too: asked again, it is the same run."
    )
    reason: str = strawberry.field(description="Why; kept with the run.")


@strawberry.input(description="Release accounts that a run has parked, and bill them.")
class RetryBillingRunInput:
    run_id: strawberry.ID = strawberry.field(description="The run that has parked them.")
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="These of them; all if not given."
    )
    accept_unusual: bool = strawberry.field(
        default=False,
        description="Unusual amounts are right, for this cut-off. Less than nothing never is.",
    )
    reason: str = strawberry.field(description="Why.")


@strawberry.type(description="What came of ordering a billing run.")
class BillingRunPayload:
    billing_run: BillingRun | None = strawberry.field(
        default=None, description="The run; workers are at it, ask for its progress."
    )
    user_errors: list[UserError] = user_errors()


async def _order(info: Info, work: Callable[[UnitOfWork], Awaitable[Row]]) -> BillingRunPayload:
    """As an operator, who sees all accounts."""
    context, refusal = info.context, BillingError("")
    try:
        async with context.loaders.silent(), context.operators.begin() as uow:
            return BillingRunPayload(billing_run=BillingRun.of(await work(uow)))
    except BillingError as error:
        refusal = error
    except DBAPIError as error:
        if not Busy.told_by(error):
            raise
        refusal = Busy()
    return BillingRunPayload(user_errors=[UserError.of(refusal)])


def _accounts(ids: list[strawberry.ID] | None) -> list[UUID] | None:
    if ids is None:
        return None
    return [decode("account", each, field="accountIds")[0] for each in ids]


@strawberry.type
class RunMutation:
    @strawberry.mutation(description="Start a billing run; a dry run is a plan to be applied.")
    async def start_billing_run(self, info: Info, input: StartBillingRunInput) -> BillingRunPayload:
        async def work(uow: UnitOfWork) -> Row:
            new = service.NewRun(
                period=input.period,
                dry_run=input.dry_run,
                sandbox=input.sandbox,
                due_only=input.due_only,
                accounts=_accounts(input.account_ids),
                reason=input.reason,
            )
            return await service.start(uow, new, actor=info.context.principal.actor.name)

        return await _order(info, work)

    @strawberry.mutation(
        description="Post a plan: if one bill is not as planned any more nothing is posted, and "
        "the run becomes STALE and says what changed."
    )
    async def apply_billing_run(self, info: Info, input: ApplyBillingRunInput) -> BillingRunPayload:
        async def work(uow: UnitOfWork) -> Row:
            actor = info.context.principal.actor.name
            return await service.apply(uow, input.plan_hash, input.reason, actor=actor)

        return await _order(info, work)

    @strawberry.mutation(description="Bill what a run has parked, after it was mended.")
    async def retry_billing_run(self, info: Info, input: RetryBillingRunInput) -> BillingRunPayload:
        async def work(uow: UnitOfWork) -> Row:
            _, run_id = decode("billingrun", input.run_id, field="runId")
            return await service.retry(
                uow,
                run_id,
                _accounts(input.account_ids),
                input.reason,
                actor=info.context.principal.actor.name,
                accept_unusual=input.accept_unusual,
            )

        return await _order(info, work)
