"""What usage has left unpaid, and why (M7, M8): in data and in sentences."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from api.context import Info
from api.credits_row import CreditsRow
from api.ids import encode
from api.money import Money
from app.domain import debts as rules
from app.domain.debts import DebtStory as Story
from app.domain.ledger import TransferKind
from app.domain.preventions import Prevention
from app.domain.top_ups import Refusal
from app.domain.usage import UsageKind


@strawberry.type(description="What was debited on a local day for one kind of usage.")
class DebtContributor:
    day: date = strawberry.field(description="The local day of the debits.")
    entry_kind: TransferKind = strawberry.field(description="The kind of the ledger entries.")
    usage_kind: UsageKind | None = strawberry.field(description="Of usage events: what was used.")
    events: int = strawberry.field(description="How many events or entries.")
    quantity: int = strawberry.field(description="How many units; 0 where entries have none.")
    amount: Money = strawberry.field(description="What was debited, exact.")


@strawberry.type(
    description="Credits that went away on a local day because what had paid for them went back: a "
    "payment that failed late, a dispute, or a refund at the payment provider."
)
class DebtLoss:
    day: date = strawberry.field(description="The local day.")
    entry_kind: TransferKind = strawberry.field(description="The kind of the ledger entries.")
    amount: Money = strawberry.field(description="What went away.")
    sentence: str = strawberry.field(description="The same in words.")


@strawberry.type(description="One of the dearest events; look it up by its `eventId`.")
class DebtEvent:
    id: strawberry.ID = strawberry.field(description="Opaque global id of the usage event.")
    event_id: str = strawberry.field(description="The id that it was reported with.")
    usage_kind: UsageKind = strawberry.field(description="What was used.")
    quantity: int = strawberry.field(description="How many units.")
    amount: Money = strawberry.field(description="What it cost, exact.")
    happened_at: datetime = strawberry.field(description="When it happened.")
    posted_at: datetime = strawberry.field(description="When it was posted: that decides the bill.")


@strawberry.type(description="Why the balance was not topped up then.")
class DebtRefusal:
    reason: Refusal = strawberry.field(description="Why not.")
    times: int = strawberry.field(description="How often it was recorded.")
    first_at: datetime = strawberry.field(description="The first time.")
    last_at: datetime = strawberry.field(description="The last time.")


@strawberry.type(
    description="What automatic top-up would have done by this rule, had each charge succeeded."
)
class DebtPrevention:
    threshold: Money = strawberry.field(description="At or below this balance it would charge.")
    amount: Money = strawberry.field(description="The step.")
    charges: int = strawberry.field(description="How often it would have charged.")
    charged: Money = strawberry.field(description="How much, together.")
    lowest: Money = strawberry.field(description="The lowest balance, before it was topped up.")
    ended: Money = strawberry.field(description="The balance at the end.")
    stopped: Refusal | None = strawberry.field(description="The cap that would have refused.")
    prevents: bool = strawberry.field(description="Whether nothing would be missing at the end.")
    sentence: str = strawberry.field(description="The same in words.")


@strawberry.type(
    description="How a debt of usage (M7), or accrued usage that is paid afterwards (M8), came "
    "about. Lists hold the largest ten."
)
class DebtStory:
    since: datetime = strawberry.field(
        description="The month's first instant, or when an earlier debt of it was settled."
    )
    until: datetime = strawberry.field(description="What was posted before this is in it.")
    post_paid: bool = strawberry.field(description="Whether it is usage that is paid afterwards.")
    opening: Money = strawberry.field(description="The credits at first.")
    added: Money = strawberry.field(description="Credits that were added meanwhile.")
    gone_back: Money = strawberry.field(
        description="What went away again of credits because their payments went back."
    )
    used: Money = strawberry.field(description="What usage took.")
    balance: Money = strawberry.field(description="What was left: negative, exact.")
    owed: Money = strawberry.field(description="The same to the cent: what an invoice asks for.")
    invoiced_on: date = strawberry.field(
        description="The day of the invoice that asks for it, or the 1st that will. What a trial "
        "owes waits for the first 1st after its conversion or its end."
    )
    invoice_number: int | None = strawberry.field(description="Null while it is to come.")
    invoice_id: strawberry.ID | None = strawberry.field(description="Its global id.")
    charge_id: strawberry.ID | None = strawberry.field(description="The charge, if there is one.")
    losses: list[DebtLoss] = strawberry.field(
        description="What went back, by day and kind; all of it."
    )
    contributors: list[DebtContributor] = strawberry.field(description="By day and kind.")
    largest_events: list[DebtEvent] = strawberry.field(description="The dearest events.")
    refusals: list[DebtRefusal] = strawberry.field(
        description="Why it was not topped up; none were recorded where automatic top-up was off."
    )
    preventions: list[DebtPrevention] = strawberry.field(
        description="The account's own rule as of today, held against those entries; and a rule "
        "that would have prevented the debt, if the account's caps allow one. Without a payment "
        "method the sentences say that one is needed; a closed account has no preventions."
    )
    sentences: list[str] = strawberry.field(description="All of it in words.")

    @classmethod
    def of(cls, story: Story, account_id: UUID, currency: str) -> "DebtStory":
        def money(micros: int) -> Money:
            return Money.of(micros, currency)

        carrier = story.carrier
        names = ("opening", "added", "gone_back", "used", "balance", "owed")
        return cls(
            since=story.since,
            until=story.until,
            post_paid=story.post_paid,
            **{name: money(getattr(story, name)) for name in names},
            invoiced_on=carrier.issued_on,
            invoice_number=carrier.number,
            invoice_id=_id("invoice", account_id, carrier.invoice_id),
            charge_id=_id("charge", account_id, carrier.charge_id),
            losses=[_loss(each, currency) for each in story.losses],
            contributors=[_contributor(each, currency) for each in story.contributors],
            largest_events=[_event(each, account_id, currency) for each in story.events],
            refusals=[_refusal(each) for each in story.refusals],
            preventions=[_prevention(each, currency) for each in story.preventions],
            sentences=list(story.sentences()),
        )


def _id(kind: str, account_id: UUID, row_id: UUID | None) -> strawberry.ID | None:
    return None if row_id is None else strawberry.ID(encode(kind, account_id, row_id))


def _loss(each: rules.Loss, currency: str) -> DebtLoss:
    return DebtLoss(
        day=each.day,
        entry_kind=each.entry_kind,
        amount=Money.of(each.amount, currency),
        sentence=each.sentence,
    )


def _contributor(each: rules.Contributor, currency: str) -> DebtContributor:
    return DebtContributor(
        day=each.day,
        entry_kind=each.entry_kind,
        usage_kind=each.usage_kind,
        events=each.events,
        quantity=each.quantity,
        amount=Money.of(each.amount, currency),
    )


def _event(each: rules.LargeEvent, account_id: UUID, currency: str) -> DebtEvent:
    return DebtEvent(
        id=strawberry.ID(encode("usage", account_id, each.id)),
        event_id=each.event_id,
        usage_kind=each.kind,
        quantity=each.quantity,
        amount=Money.of(each.amount, currency),
        happened_at=each.happened_at,
        posted_at=each.posted_at,
    )


def _refusal(each: rules.NotToppedUp) -> DebtRefusal:
    return DebtRefusal(reason=each.reason, times=each.times, first_at=each.first, last_at=each.last)


def _prevention(each: Prevention, currency: str) -> DebtPrevention:
    return DebtPrevention(
        threshold=Money.of(each.rule.threshold, currency),
        amount=Money.of(each.rule.amount, currency),
        charges=each.charges,
        charged=Money.of(each.charged, currency),
        lowest=Money.of(each.lowest, currency),
        ended=Money.of(each.ended, currency),
        stopped=each.stopped,
        prevents=each.prevents,
        sentence=each.sentence,
    )


@strawberry.type
class DebtFields(CreditsRow):
    micros: strawberry.Private[int]

    @strawberry.field(
        description="Usage that the next 1st invoices, of an account that pays it afterwards, with "
        "what is recorded and not debited yet; zero for everybody else, and while credits are left."
    )
    async def accrued(self, info: Info) -> Money:
        account = (await self.account(info)).row
        if not account.post_paid_usage:
            return Money.of(0, self.currency)
        waiting = sum(
            each.amount
            for each in await info.context.loaders.deferrals.load((self.account_id,))
            if account.next_bill_at is None or each.effective_at < account.next_bill_at
        )
        return Money.of(max(0, waiting - self.micros), self.currency)

    @strawberry.field(
        description="How the balance became negative, which invoice will ask for it, and what "
        "would have prevented it; null while it is not."
    )
    async def debt(self, info: Info) -> DebtStory | None:
        if self.micros >= 0:
            return None
        found = await info.context.loaders.debt.load(await self.moment(info))
        return None if found is None else DebtStory.of(found, self.account_id, self.currency)
