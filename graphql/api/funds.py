"""What may be spent: the balance less what is set aside, and what is under way."""

from datetime import date, datetime
from enum import Enum

import strawberry

from api.context import Info
from api.credits_row import CreditsRow
from api.documentation import documented
from api.holds import Hold
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of
from api.payments import Payment
from app.domain.authorizations import Funds as Parts


class PendingKind(Enum):
    TOP_UP = "TOP_UP"
    PURCHASE = "PURCHASE"
    CARRIER_FEE = "CARRIER_FEE"
    INTERNATIONAL = "INTERNATIONAL"
    HOLD = "HOLD"


documented(
    PendingKind,
    "What will, or may, move the credits.",
    TOP_UP="An automatic top-up is on its way; the credits appear when it has succeeded.",
    PURCHASE="Credits that were bought are on their way, likewise.",
    CARRIER_FEE="Carriers' fees of a day, debited on the next one.",
    INTERNATIONAL="Calls and texts abroad of a day, debited at its end.",
    HOLD="An open hold sets credits aside; they leave as its usage is posted.",
)


@strawberry.type(
    description="What an account has for usage at one instant. Available = balance - pending "
    "debits - held."
)
class Funds:
    balance: Money = strawberry.field(description="The credits as they are posted.")
    pending_debits: Money = strawberry.field(
        description="Usage that is recorded, and debited when its day ends: carriers' fees, "
        "international."
    )
    held: Money = strawberry.field(description="What open holds still set aside.")
    available: Money = strawberry.field(description="What may be spent; negative is debt.")
    incoming: Money = strawberry.field(
        description="Payments on their way; they count when they have succeeded."
    )

    @classmethod
    def of(cls, parts: Parts, currency: str) -> "Funds":
        return cls(
            balance=Money.of(parts.balance, currency),
            pending_debits=Money.of(parts.pending, currency),
            held=Money.of(parts.held, currency),
            available=Money.of(parts.available, currency),
            incoming=Money.of(parts.incoming, currency),
        )


@strawberry.type(description="A movement of credits that is not posted yet.")
class PendingEntry:
    kind: PendingKind = strawberry.field(description="What it is.")
    amount: Money = strawberry.field(description="Positive in, negative out, as things stand.")
    due_at: datetime | None = strawberry.field(
        default=None, description="When it is debited, where that is known."
    )
    day: date | None = strawberry.field(
        default=None, description="The day of the account on which the usage was recorded."
    )
    events: int | None = strawberry.field(default=None, description="How many events it sums up.")
    payment: Payment | None = strawberry.field(
        default=None, description="The payment that is under way."
    )
    hold: Hold | None = strawberry.field(default=None, description="The open hold.")


@strawberry.type
class FundsFields(CreditsRow):
    @strawberry.field(description="What may be spent, and what it is made of.")
    async def funds(self, info: Info) -> Funds:
        parts = await info.context.loaders.funds.load(await self.moment(info))
        return Funds.of(parts, self.currency)

    @strawberry.field(
        description="Not posted yet, and not in the balance: payments under way, usage that "
        "is recorded, then open holds."
    )
    async def pending(self, info: Info) -> list[PendingEntry]:
        payments, holds = await self._payments(info), await self._open_holds(info)
        return [*payments, *await self._deferrals(info), *holds]

    async def _payments(self, info: Info) -> list[PendingEntry]:
        rows = await info.context.loaders.open_payments.load((self.account_id,))
        return [
            PendingEntry(
                kind=PendingKind(row.purpose.value),
                amount=Money.of(row.amount, self.currency),
                payment=Payment.of(row, self.currency),
            )
            for row in rows
        ]

    async def _deferrals(self, info: Info) -> list[PendingEntry]:
        rows = await info.context.loaders.deferrals.load((self.account_id,))
        return [
            PendingEntry(
                kind=PendingKind(row.kind.value),
                amount=Money.of(-row.amount, self.currency),
                due_at=row.effective_at,
                day=row.day,
                events=row.events,
            )
            for row in rows
        ]

    async def _open_holds(self, info: Info) -> list[PendingEntry]:
        moment = await self.moment(info)
        rows = await info.context.loaders.open_holds.load(moment)
        holds = [Hold.of(row, self.currency, moment[1]) for row in rows]
        return [
            PendingEntry(
                kind=PendingKind.HOLD,
                amount=Money(amount=-hold.remaining.amount, currency=self.currency),
                hold=hold,
            )
            for hold in holds
        ]

    @strawberry.field(description="Credits that were set aside, newest first; also what is over.")
    async def holds(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Hold]:
        page = page_of("usage_holds", first, after)
        _, now = await self.moment(info)
        rows = await info.context.loaders.page.load((page, self.account_id))
        return connect(page, rows, lambda row: Hold.of(row, self.currency, now))
