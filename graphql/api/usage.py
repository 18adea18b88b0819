"""Usage: partners report it, the gate asks before spending it, everybody sees what it cost."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.flat import flat
from api.holds import Hold
from api.ids import decode
from api.money import Money
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain import usage as rules
from app.domain.errors import InvalidInput
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.services import credits, holds, ingestion
from app.services import payments as payment_service


@strawberry.input(description="Something that was used, or would be.")
class UsageInput:
    kind: UsageKind = strawberry.field(description="What was used.")
    direction: Direction = strawberry.field(description="Which way it went.")
    line_type: LineType = strawberry.field(description="On what line.")
    initiator: Initiator = strawberry.field(description="Who started it.")
    quantity: int = strawberry.field(description="Whole units: minutes, segments, look-ups.")


@flat
@strawberry.input(description="A usage event.")
class UsageEventInput(UsageInput):
    id: str = strawberry.field(
        description="Yours; the same id again is the same event. 1 to 200 printable characters; "
        "one that begins or ends with a blank is refused."
    )
    happened_at: datetime = strawberry.field(
        description="When it happened, with a UTC offset; at most 5 minutes ahead of the account's "
        "clock."
    )
    user_id: strawberry.ID | None = strawberry.field(default=None, description="Who used it.")
    line_id: strawberry.ID | None = strawberry.field(default=None, description="By which line.")
    source: str = strawberry.field(
        default="",
        description="Which of your systems reports it; ids are unique for each of them.",
    )
    carrier: str | None = strawberry.field(
        default=None, description="Who carried it, such as att; its fee is passed on (M2)."
    )
    hold_id: strawberry.ID | None = strawberry.field(
        default=None, description="The hold that was made for it, which it draws down."
    )


@strawberry.input(description="Report up to 1,000 events; `POST /usage` takes up to 100,000.")
class RecordUsageInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    events: list[UsageEventInput] = strawberry.field(description="What was used.")


@strawberry.type(description="What became of one event, in the order in which they were sent.")
class UsageResult:
    event_id: str = strawberry.field(description="The partner's id.")
    disposition: ingestion.Disposition = strawberry.field(description="What became of it.")
    amount: Money | None = strawberry.field(description="What it cost, if it is new.")
    error: UserError | None = strawberry.field(description="Why it was refused.")


@strawberry.type(description="What came of reporting usage.")
class RecordUsagePayload:
    results: list[UsageResult] = strawberry.field(
        default_factory=list, description="One for each event; one bad event rejects no other."
    )
    cost: Money | None = strawberry.field(default=None, description="What was debited now.")
    deferred: Money | None = strawberry.field(
        default=None,
        description="What is recorded and debited later: calls and texts abroad when their day "
        "ends, carriers' fees on the next day (M2).",
    )
    balance: Money | None = strawberry.field(default=None, description="The credits afterwards.")
    holds: list[Hold] = strawberry.field(
        default_factory=list,
        description="The holds that the events were reported for, afterwards: what each still sets "
        "aside, and whether it is over. Usage for one that is over is recorded too.",
    )
    user_errors: list[UserError] = user_errors()


def row_id(kind: str, text: str | None, account_id: UUID) -> str | None:
    """The row's UUID; what is none of this account's is left for its event to fail by."""
    if text is None:
        return None
    with suppress(InvalidInput):
        owner, row = decode(kind, text, field="id")
        return str(row) if owner == account_id else text
    return text


def _event(given: UsageEventInput, account_id: UUID) -> rules.UsageEvent:
    return rules.UsageEvent(
        event_id=given.id,
        kind=given.kind,
        direction=given.direction,
        line_type=given.line_type,
        initiator=given.initiator,
        quantity=given.quantity,
        happened_at=given.happened_at,
        user_id=row_id("user", given.user_id, account_id),
        source=given.source,
        line_id=row_id("line", given.line_id, account_id),
        carrier=given.carrier,
        hold_id=row_id("hold", given.hold_id, account_id),
    )


def usage_result(event_id: str, each: ingestion.Outcome, currency: str) -> UsageResult:
    return UsageResult(
        event_id=event_id,
        disposition=each.disposition,
        amount=None if each.rated is None else Money.of(each.rated.amount, currency),
        error=None if each.error is None else UserError.of(each.error),
    )


@strawberry.type
class UsageMutation:
    @strawberry.mutation(
        description="Post what has happened; duplicates are successes. An event that is wrong by a "
        "rule of billing rejects no other. One that is no `UsageEventInput` (an unknown kind, a "
        "quantity in quotes) is an error of GraphQL, which rejects the whole request before "
        "anything is recorded: where that may happen, send lines to `POST /usage`, which answers "
        "each of them."
    )
    async def record_usage(self, info: Info, input: RecordUsageInput) -> RecordUsagePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> RecordUsagePayload:
            events = [_event(each, account_id) for each in input.events]
            batch = await ingestion.record_usage(uow, account_id, events)
            named = [each.hold_id for each in events]
            currency = await payment_service.currency_of(uow, account_id)
            outcomes = zip(input.events, batch.results, strict=True)
            return RecordUsagePayload(
                results=[usage_result(given.id, each, currency) for given, each in outcomes],
                cost=Money.of(batch.cost, currency),
                deferred=Money.of(batch.later, currency),
                balance=Money.of(await credits.balance(uow, account_id), currency),
                holds=await Hold.load_all(
                    uow, account_id, await holds.some(uow, account_id, named)
                ),
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, RecordUsagePayload, target, work)
