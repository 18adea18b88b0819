"""Corrections of usage that was reported wrongly."""

from uuid import UUID

import strawberry

from api.context import Info
from api.flat import flat
from api.money import Money
from api.mutations import mutate
from api.usage import RecordUsagePayload, usage_result
from app.db.unit_of_work import UnitOfWork
from app.domain.adjustments import Adjustment
from app.services import adjustments as service
from app.services import credits
from app.services import payments as payment_service


@flat
@strawberry.input(description="What an event should have said.")
class UsageAdjustmentInput:
    id: str = strawberry.field(description="Yours; the same id again is the same correction.")
    adjusts: str = strawberry.field(description="Your id of the event that was wrong.")
    quantity: int = strawberry.field(description="The right quantity, whole; 0 takes it back.")
    reason: str = strawberry.field(description="Why, for those who ask later.")
    source: str = strawberry.field(default="", description="The source of both ids.")

    def wish(self) -> Adjustment:
        return Adjustment(self.id, self.adjusts, self.quantity, self.reason, self.source)


@strawberry.input(description="Correct up to 1,000 events.")
class AdjustUsageInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    adjustments: list[UsageAdjustmentInput] = strawberry.field(
        description="One after the other, also of the same event."
    )


@strawberry.type
class AdjustmentMutation:
    @strawberry.mutation(
        description="Correct usage by its difference, at its own rates. It is posted now: invoices "
        "stay as they are, and the open period has the difference."
    )
    async def adjust_usage(self, info: Info, input: AdjustUsageInput) -> RecordUsagePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> RecordUsagePayload:
            wishes = [each.wish() for each in input.adjustments]
            batch = await service.adjust_usage(uow, account_id, wishes)
            currency = await payment_service.currency_of(uow, account_id)
            outcomes = zip(wishes, batch.results, strict=True)
            return RecordUsagePayload(
                results=[usage_result(wish.event_id, each, currency) for wish, each in outcomes],
                cost=Money.of(batch.cost, currency),
                deferred=Money.of(batch.later, currency),
                balance=Money.of(await credits.balance(uow, account_id), currency),
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, RecordUsagePayload, target, work)
