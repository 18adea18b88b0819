"""Usage events: what was reported, what each cost and why, and where the money went."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.ids import encode
from api.invoices import Invoice
from api.lines import Line
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of
from api.usage_filters import UsageEventFilter
from api.users import User
from app.domain.deferrals import DeferralKind, effective_at
from app.domain.ledger import Book, TransferKind
from app.domain.periods import local_date
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_events import costed, explain, settling
from app.domain.usage_spans import EVERYTHING

NEWEST = ("posted_at", "id")


@strawberry.type(description="The one entry of credits that many events have made together.")
class UsageDebit:
    id: strawberry.ID = strawberry.field(description="The global id of the entry.")
    kind: TransferKind = strawberry.field(description="At once, or of a day.")
    amount: Money = strawberry.field(description="Negative: what all of them cost together.")
    at: datetime = strawberry.field(description="When it counts.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "UsageDebit":
        amount = row.amount if row.credit == Book.CREDITS else -row.amount
        return cls(
            id=encode("entry", row.account_id, row.id),
            kind=TransferKind(row.kind),
            amount=Money.of(amount, currency),
            at=row.effective_at,
        )


@strawberry.type(description="One usage event as it was rated.")
class UsageEvent:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    event_id: str = strawberry.field(description="The partner's id.")
    source: str = strawberry.field(description="Which of the partner's systems reported it.")
    kind: UsageKind = strawberry.field(description="What was used.")
    direction: Direction = strawberry.field(description="Which way it went.")
    line_type: LineType = strawberry.field(description="On what line.")
    initiator: Initiator = strawberry.field(description="Who started it.")
    quantity: int = strawberry.field(description="How many units; negative if it takes some back.")
    rate: Money = strawberry.field(description="The rate of a unit when it happened.")
    amount: Money = strawberry.field(description="Rate times quantity, exact.")
    fee_rate: Money = strawberry.field(description="What the carrier charges for a unit.")
    fee: Money = strawberry.field(
        description="Fee rate times quantity; on top of the amount, also of what is included. "
        "It is debited on the next day."
    )
    carrier: str | None = strawberry.field(description="Whose fee that is, such as att.")
    included: bool = strawberry.field(description="Part of the plan: the rate is zero.")
    deferred: bool = strawberry.field(description="Its amount is debited when its day ends.")
    hold_id: strawberry.ID | None = strawberry.field(description="The hold that it drew down.")
    reason: str | None = strawberry.field(description="Why it corrects another; else null.")
    happened_at: datetime = strawberry.field(description="When it happened.")
    posted_at: datetime = strawberry.field(description="When it was posted; decides the month.")

    @classmethod
    def of(cls, row: Any) -> "UsageEvent":
        currency = row.currency
        return cls(
            row=row,
            id=encode("usage", row.account_id, row.id),
            event_id=row.event_id,
            source=row.source,
            kind=UsageKind(row.kind),
            direction=Direction(row.direction),
            line_type=LineType(row.line_type),
            initiator=Initiator(row.initiator),
            quantity=row.quantity,
            rate=Money.of(row.rate, currency),
            amount=Money.of(row.amount, currency),
            fee_rate=Money.of(row.fee_rate, currency),
            fee=Money.of(row.fee, currency),
            carrier=row.carrier,
            included=row.included,
            deferred=row.deferred,
            hold_id=row.hold_id and encode("hold", row.account_id, row.hold_id),
            reason=row.reason,
            happened_at=row.happened_at,
            posted_at=row.posted_at,
        )

    @strawberry.field(description="Why it cost what it cost, and what its carrier asks for it.")
    async def explanation(self, info: Info) -> str:
        corrected = await self.adjusts(info)
        return explain(costed(self.row, corrected and corrected.event_id))

    @strawberry.field(description="Who used it, deleted or not; null if nobody was named.")
    async def user(self, info: Info) -> User | None:
        if self.row.user_id is None:
            return None
        rows = await info.context.loaders.user.load((self.row.account_id, self.row.user_id))
        return User.of(rows[0])

    @strawberry.field(description="The line that was used; null if none was named.")
    async def line(self, info: Info) -> Line | None:
        if self.row.line_id is None:
            return None
        rows = await info.context.loaders.line.load((self.row.account_id, self.row.line_id))
        return Line.of(rows[0])

    @strawberry.field(
        description="The debit of the amount: one for all that was posted with it, or for the day. "
        "Null if it cost nothing, or is not debited yet."
    )
    async def debit(self, info: Info) -> UsageDebit | None:
        row = self.row
        if not row.amount:
            return None
        if row.deferred:
            return await self._later(info, DeferralKind.INTERNATIONAL)
        key = (row.account_id, row.batch_id)
        rows = await info.context.loaders.usage_debit.load(key)
        return UsageDebit.of(rows[0], row.currency) if rows else None

    @strawberry.field(
        description="The debit of the day's carrier fees, this one among them; null if there is "
        "none, or it is not debited yet."
    )
    async def fee_debit(self, info: Info) -> UsageDebit | None:
        return await self._later(info, DeferralKind.CARRIER_FEE) if self.row.fee else None

    async def _later(self, info: Info, kind: DeferralKind) -> UsageDebit | None:
        day = local_date(self.row.posted_at, self.row.billing_timezone)
        key = (self.row.account_id, kind, day)
        found = await info.context.loaders.later_usage_debit.load(key)
        return found and UsageDebit.of(found, self.row.currency)

    @strawberry.field(
        description="The invoice that asked for the debt or the usage of the month in which it was "
        "posted (M7, M8); null if none has, or it cost nothing."
    )
    async def invoice(self, info: Info) -> Invoice | None:
        row = self.row
        if not row.amount and not row.fee:
            return None
        asked = await info.context.loaders.usage_invoices.load(row.account_id)
        found = settling(*self._counts_at(), asked, row.billing_timezone)
        if found is None:
            return None
        rows = await info.context.loaders.invoice.load((row.account_id, found.by))
        return Invoice.of(rows[0])

    def _counts_at(self) -> tuple[datetime, UUID]:
        """M2: what is debited later counts later than it was posted, and after all else of that
        instant; a fee of its own too."""
        posted_at: datetime = self.row.posted_at
        if self.row.amount and not self.row.deferred:
            return posted_at, self.row.id
        kind = DeferralKind.INTERNATIONAL if self.row.amount else DeferralKind.CARRIER_FEE
        zone = self.row.billing_timezone
        return effective_at(kind, local_date(posted_at, zone), zone), EVERYTHING

    @strawberry.field(description="The event that this one corrects; null if it is no correction.")
    async def adjusts(
        self, info: Info
    ) -> Annotated["UsageEvent", strawberry.lazy("api.usage_events")] | None:
        if self.row.adjusts is None:
            return None
        key = (self.row.account_id, self.row.adjusts)
        return UsageEvent.of((await info.context.loaders.usage_event.load(key))[0])

    @strawberry.field(description="The corrections of this event, oldest first.")
    async def adjusted_by(
        self, info: Info
    ) -> list[Annotated["UsageEvent", strawberry.lazy("api.usage_events")]]:
        key = (self.row.account_id, self.row.id)
        rows = await info.context.loaders.usage_corrections.load(key)
        return [UsageEvent.of(row) for row in rows]


@strawberry.type
class UsageEventFields(AccountRow):
    @strawberry.field(description="Usage events, those that were posted last first.")
    async def usage_events(
        self,
        info: Info,
        first: int = FIRST,
        after: str | None = None,
        filter: UsageEventFilter | None = None,
    ) -> Connection[UsageEvent]:
        asked = filter or UsageEventFilter()
        page = page_of("usage_events", first, after, by=NEWEST, equals=asked.equals(self.row.id))
        window = asked.window(self.row.billing_timezone)
        rows = await info.context.loaders.usage_events.load((page, self.row.id, window))
        return connect(page, rows, UsageEvent.of)
