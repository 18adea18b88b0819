"""Operators ask again for top-ups: tried out first, then for real."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.accounts import Account
from api.context import Info
from api.errors import UserError
from api.ids import decode
from api.money import Money
from api.mutations import user_errors
from api.payments import Payment
from app.domain.errors import BillingError, InvalidInput
from app.domain.top_up_decisions import TopUpOutcome
from app.services import top_up_reruns as service
from app.services.idempotency import digest
from app.store.top_up_reruns import Chosen


@strawberry.input(
    description="Decide again about top-ups, by the rule of each account. It lifts what a decline "
    "or the breaker has stopped for one attempt; a success switches the rule on again. Caps, open "
    "charges and what the company has switched off stand."
)
class RerunTopUpsInput:
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these accounts."
    )
    states: list[TopUpOutcome] | None = strawberry.field(
        default=None,
        description="Only accounts whose newest decision is one of these. Without accounts and "
        "states: all that are refused, but for those that are OFF.",
    )
    since: datetime | None = strawberry.field(
        default=None, description="Only if that decision is of then or later, in account's time."
    )
    until: datetime | None = strawberry.field(
        default=None, description="Only if that decision is older than that, in account's time."
    )
    first: int = strawberry.field(default=100, description="How many accounts, 1 to 1000.")
    after: strawberry.ID | None = strawberry.field(
        default=None, description="The account after which to go on, if there are more."
    )
    dry_run: bool = strawberry.field(
        default=True, description="Only say what it would do; nothing is charged or recorded."
    )
    reason: str = strawberry.field(
        description="Why; kept with each decision, and needed for a dry run too."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Needed if it is no dry run. The same key and input again is the same rerun: "
        "it answers what was decided, and finishes what was cut off.",
    )


@strawberry.type(description="What a rerun has come to for an account, or would come to.")
class TopUpRerunResult:
    asked: strawberry.Private[service.Asked]
    outcome: TopUpOutcome | None = strawberry.field(
        description="What is decided; null if nothing was, because the account is busy or on hold."
    )
    sentence: str = strawberry.field(description="What it does, or would do, and why.")

    @classmethod
    def of(cls, asked: service.Asked) -> "TopUpRerunResult":
        return cls(asked=asked, outcome=asked.outcome, sentence=asked.sentence)

    async def _account(self, info: Info) -> Any:
        return (await info.context.loaders.account.load((self.asked.account_id,)))[0]

    @strawberry.field(description="The account.")
    async def account(self, info: Info) -> Account:
        return Account.of(await self._account(info))

    @strawberry.field(description="What is charged, or would be if nothing were in the way.")
    async def amount(self, info: Info) -> Money | None:
        if self.asked.amount is None:
            return None
        return Money.of(self.asked.amount, (await self._account(info)).currency)

    @strawberry.field(description="The charge; null in a dry run, and where none is made.")
    async def payment(self, info: Info) -> Payment | None:
        if self.asked.charge_id is None:
            return None
        key = (self.asked.account_id, self.asked.charge_id)
        (row,) = await info.context.loaders.payment.load(key)
        return Payment.of(row, (await self._account(info)).currency)


@strawberry.type(description="What came of a rerun.")
class RerunTopUpsPayload:
    results: list[TopUpRerunResult] = strawberry.field(
        default_factory=list, description="Account by account."
    )
    more: bool = strawberry.field(
        default=False, description="Whether there are more accounts after the last of these."
    )
    user_errors: list[UserError] = user_errors()


def _chosen(input: RerunTopUpsInput) -> Chosen:
    everything = input.account_ids is None and input.states is None
    return Chosen(
        account_ids=_ids(input.account_ids),
        outcomes=service.STUCK if everything else input.states,
        since=input.since,
        until=input.until,
        after=None if input.after is None else decode("account", input.after, field="after")[0],
    )


def _ids(given: list[strawberry.ID] | None) -> list[UUID] | None:
    if given is None:
        return None
    return [decode("account", each, field="accountIds")[0] for each in given]


@strawberry.type
class TopUpRerunMutation:
    @strawberry.mutation(description="Ask again for top-ups; a dry run by default. For operators.")
    async def rerun_top_ups(self, info: Info, input: RerunTopUpsInput) -> RerunTopUpsPayload:
        try:
            async with info.context.loaders.silent():
                answer = await _answer(info, input)
        except BillingError as error:
            return RerunTopUpsPayload(user_errors=[UserError.of(error)])
        results = [TopUpRerunResult.of(each) for each in answer.asked]
        return RerunTopUpsPayload(results=results, more=answer.more)


async def _answer(info: Info, input: RerunTopUpsInput) -> service.Answer:
    operators, wish = info.context.operators, _chosen(input)
    if input.dry_run:
        return await service.try_out(operators, wish, input.reason, limit=input.first)
    if input.idempotency_key is None:
        raise InvalidInput("A rerun that is no dry run has a key.", field="idempotencyKey")
    order = service.Order(
        actor=info.context.principal.actor.name,
        reason=input.reason,
        key=input.idempotency_key,
        request=digest("rerunTopUps", strawberry.asdict(input)),
    )
    return await service.rerun(operators, wish, order, limit=input.first)
