"""What usage would cost: an estimate by the rates that would rate it."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.money import Money
from api.mutations import mutate, user_errors
from api.usage import UsageInput
from app.db.unit_of_work import UnitOfWork
from app.domain.quotes import Quoted
from app.services import quotes as service


@strawberry.input(description="Something that would be used now.")
class QuoteLineInput(UsageInput):
    carrier: str | None = strawberry.field(
        default=None, description="Who would carry it, such as att; its fee is passed on (M2)."
    )


@strawberry.input(description="Up to 100 lines of usage to estimate.")
class QuoteUsageInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    lines: list[QuoteLineInput] = strawberry.field(description="What would be used.")


@strawberry.type(description="What one line would cost.")
class QuotedUsage:
    rate: Money = strawberry.field(description="For one unit.")
    amount: Money = strawberry.field(description="Rate times quantity, exact.")
    fee: Money = strawberry.field(description="What its carrier asks, passed on.")
    total: Money = strawberry.field(description="Both together.")
    included: bool = strawberry.field(description="Part of the plan: its amount is nothing.")
    negotiated: bool = strawberry.field(description="By the account's own rate.")
    amount_posts_at: datetime | None = strawberry.field(
        description="When the amount would be debited; null if there is none."
    )
    fee_posts_at: datetime | None = strawberry.field(
        description="When the fee would be debited; null if there is none."
    )
    sentence: str = strawberry.field(description="All of it in words.")

    @classmethod
    def of(cls, quoted: Quoted, currency: str) -> "QuotedUsage":
        rated = quoted.rated
        return cls(
            rate=Money.of(rated.rate, currency),
            amount=Money.of(rated.amount, currency),
            fee=Money.of(rated.fee, currency),
            total=Money.of(quoted.total, currency),
            included=rated.included,
            negotiated=quoted.negotiated,
            amount_posts_at=quoted.amount_at,
            fee_posts_at=quoted.fee_at,
            sentence=quoted.sentence,
        )


@strawberry.type(description="An estimate; nothing is recorded and nothing is held.")
class QuoteUsagePayload:
    lines: list[QuotedUsage] = strawberry.field(
        default_factory=list, description="One for each line, in their order."
    )
    total: Money | None = strawberry.field(
        default=None, description="All lines with their fees, whenever they are debited."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class QuoteQuery:
    @strawberry.field(
        description="What usage would cost now: rates, carriers' fees, and when each is debited."
    )
    async def quote_usage(self, info: Info, input: QuoteUsageInput) -> QuoteUsagePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> QuoteUsagePayload:
            lines = [
                service.Line(
                    (each.kind, each.direction, each.line_type, each.initiator),
                    each.quantity,
                    each.carrier,
                )
                for each in input.lines
            ]
            quote = await service.quote(uow, account_id, lines)
            return QuoteUsagePayload(
                lines=[QuotedUsage.of(each, quote.currency) for each in quote.lines],
                total=Money.of(sum(each.total for each in quote.lines), quote.currency),
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, QuoteUsagePayload, target, work)
