"""Rates change: of a card, or of the one account that has negotiated (M3, P2)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.mutations import mutate, user_errors
from api.rates import NegotiatedRate, PlanRate
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError
from app.domain.money import from_decimal
from app.domain.rates import Cells
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.services import payments
from app.services import rate_changes as service
from app.services.prices import currency_of
from app.store import rates as store


@strawberry.input(
    description="Which usage; what is left out is all of it that is metered. What is included is "
    "changed only where all four are given."
)
class RateInput:
    kind: UsageKind | None = strawberry.field(default=None, description="What is used.")
    direction: Direction | None = strawberry.field(default=None, description="Which way.")
    line_type: LineType | None = strawberry.field(default=None, description="On what line.")
    initiator: Initiator | None = strawberry.field(default=None, description="Who starts it.")
    included: bool = strawberry.field(
        default=False, description="Part of the plan by decision; the amount is 0 then."
    )
    effective_at: datetime | None = strawberry.field(
        default=None,
        description="It counts for what happens from then on; now if it is left out, never what "
        "is past.",
    )

    def cells(self) -> Cells:
        return Cells(self.kind, self.direction, self.line_type, self.initiator)


@strawberry.input(description="Rates of a plan's card.")
class SetRateInput(RateInput):
    plan_id: strawberry.ID = strawberry.field(description="The plan.")
    amount: Decimal = strawberry.field(description="One unit, with at most six decimals.")
    reason: str = strawberry.field(description="Why; it is kept with the rate.")


@strawberry.input(description="A rate for one account.")
class SetNegotiatedRateInput(RateInput):
    account_id: strawberry.ID = strawberry.field(description="The account.")
    plan_id: strawberry.ID | None = strawberry.field(
        default=None, description="On which plan it counts; left out, on each that it will have."
    )
    amount: Decimal | None = strawberry.field(
        default=None, description="One unit; left out, the plan's rates count again."
    )
    contract: str | None = strawberry.field(default=None, description="What says so.")


@strawberry.type(description="What came of changing rates of a card.")
class RatePayload:
    rates: list[PlanRate] = strawberry.field(
        default_factory=list, description="The rates that are new, or another amount now."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of negotiating a rate.")
class NegotiatedRatePayload:
    rate: NegotiatedRate | None = strawberry.field(default=None, description="The rate.")
    user_errors: list[UserError] = user_errors()


def _new(
    given: RateInput, plan: str | None, amount: Decimal | None, why: str | None
) -> service.NewRate:
    micros = None if amount is None else from_decimal(amount, field="amount", places=6)
    return service.NewRate(plan, given.cells(), micros, given.included, given.effective_at, why)


@strawberry.type
class RateMutation:
    @strawberry.mutation(
        description="Change what usage costs on a plan, for everybody who has not negotiated: for "
        "what happens from an instant on. One that is scheduled for that instant is replaced. A "
        "card is shared, so `now` is the machine's: a sandbox account sees the new rate for what "
        "happens from that instant on by its own clock; one whose clock is behind is given a "
        "negotiated rate instead."
    )
    async def set_rate(self, info: Info, input: SetRateInput) -> RatePayload:
        context = info.context
        try:
            new = _new(input, input.plan_id, input.amount, input.reason)
            async with context.loaders.silent(), context.operators.begin() as uow:
                ids = await service.set_rate(uow, new, actor=context.principal.actor)
                currency = await currency_of(uow, input.plan_id)
                rows = await store.by_id(uow.session, ids)
                return RatePayload(rates=[PlanRate.of(row, currency) for row in rows])
        except BillingError as error:
            return RatePayload(user_errors=[UserError.of(error)])

    @strawberry.mutation(
        description="Agree a rate with one account, for what happens from now on or later. What "
        "was rated stays rated."
    )
    async def set_negotiated_rate(
        self, info: Info, input: SetNegotiatedRateInput
    ) -> NegotiatedRatePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> NegotiatedRatePayload:
            new = _new(input, input.plan_id, input.amount, input.contract)
            actor = info.context.principal.actor
            row = await service.set_negotiated_rate(uow, account_id, new, actor=actor)
            currency = await payments.currency_of(uow, account_id)
            return NegotiatedRatePayload(rate=NegotiatedRate.of(row, currency))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, NegotiatedRatePayload, target, work)
