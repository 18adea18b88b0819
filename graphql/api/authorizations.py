"""The gate: partners ask before they spend, and may have the credits set aside."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.funds import Funds
from api.holds import Hold, HoldInput
from api.ids import decode_if_given
from api.money import Money
from api.mutations import mutate, user_errors
from api.usage import UsageInput
from app.db.unit_of_work import UnitOfWork
from app.domain.authorizations import Denial
from app.domain.holds import NewHold
from app.services import authorizations as service
from app.services import payments as payment_service


@strawberry.input(description="Ask before spending: all of it may be spent, or nothing.")
class AuthorizeUsageInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    usage: list[UsageInput] = strawberry.field(
        description="What would be used: up to 100 lines, of a campaign for example."
    )
    hold: HoldInput | None = strawberry.field(
        default=None, description="Set the cost aside, so that nobody else is promised it."
    )
    hold_id: strawberry.ID | None = strawberry.field(
        default=None, description="Ask under an open hold, which was made for this usage."
    )


@strawberry.type(description="Whether it may be spent, and what that rests on. Nothing is posted.")
class AuthorizeUsagePayload:
    allowed: bool | None = strawberry.field(
        default=None,
        description="Yes or no. What the plan includes is always allowed; so is all usage of an "
        "account that may go negative or is post-paid.",
    )
    reason: Denial | None = strawberry.field(default=None, description="Why not.")
    cost: Money | None = strawberry.field(
        default=None, description="What it would cost now, without carriers' fees."
    )
    costs: list[Money] | None = strawberry.field(
        default=None, description="The same for each line, in their order."
    )
    projected_balance: Money | None = strawberry.field(
        default=None,
        description="What would be left to spend: the available credits less the cost. A no has "
        "this below zero.",
    )
    funds: Funds | None = strawberry.field(
        default=None, description="What the answer rests on, as it was before."
    )
    hold: Hold | None = strawberry.field(
        default=None,
        description="What was set aside, if that was asked for and allowed; or the hold that was "
        "asked under, with its status: one that is over reserves nothing.",
    )
    user_errors: list[UserError] = user_errors()

    @classmethod
    async def of(
        cls, uow: UnitOfWork, account_id: UUID, answer: service.Authorization
    ) -> "AuthorizeUsagePayload":
        currency = await payment_service.currency_of(uow, account_id)
        return cls(
            allowed=answer.allowed,
            reason=answer.denial,
            cost=Money.of(answer.cost, currency),
            costs=[Money.of(each, currency) for each in answer.costs],
            projected_balance=Money.of(answer.projected_balance, currency),
            funds=Funds.of(answer.funds, currency),
            hold=None if answer.hold is None else await Hold.load(uow, answer.hold),
        )


def _question(
    account_id: UUID, usage: Sequence[UsageInput], hold: HoldInput | None, under: str | None
) -> service.Question:
    return service.Question(
        lines=[
            ((each.kind, each.direction, each.line_type, each.initiator), each.quantity)
            for each in usage
        ],
        hold=None if hold is None else NewHold(hold.reference, hold.expires_at),
        under=decode_if_given(account_id, "hold", under, field="holdId"),
    )


@strawberry.type
class AuthorizationMutation:
    @strawberry.mutation(
        description="Ask whether usage may be spent; nothing is posted. With `hold` the answer "
        "yes sets the cost aside; without it the answer is of its moment."
    )
    async def authorize_usage(
        self, info: Info, input: AuthorizeUsageInput
    ) -> AuthorizeUsagePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> AuthorizeUsagePayload:
            question = _question(account_id, input.usage, input.hold, input.hold_id)
            actor = info.context.principal.actor
            answer = await service.authorize_usage(uow, account_id, question, actor=actor)
            return await AuthorizeUsagePayload.of(uow, account_id, answer)

        target = ("account", input.account_id, "accountId")
        return await mutate(info, AuthorizeUsagePayload, target, work)
