"""Rules M7 and M8: the story of what usage has left unpaid."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.domain.causes import USAGE_WORDS
from app.domain.ledger import TransferKind
from app.domain.money import Micros, round_half_up, show
from app.domain.periods import Period, local_date
from app.domain.preventions import Prevention
from app.domain.top_ups import Refusal
from app.domain.usage import UsageKind
from app.domain.wording import date_of, days


@dataclass(frozen=True, slots=True)
class Contributor:
    """What was debited on a local day for one kind of usage, or by entries of one kind."""

    day: date
    entry_kind: TransferKind
    usage_kind: UsageKind | None
    events: int
    quantity: int
    amount: Micros

    @property
    def what(self) -> str:
        if self.usage_kind is None:
            return self.entry_kind.lower().replace("_", " ")
        return f"{self.quantity:,} {USAGE_WORDS[self.usage_kind]}{'s' * (self.quantity != 1)}"


LOSSES: Mapping[TransferKind, str] = {
    TransferKind.LATE_FAILURE: "The payment provider took {amount} back on {day} that had bought "
    "credits: a dispute, or a payment that failed late.",
    TransferKind.TAKEN_FROM_CREDITS: "The payment provider took {amount} back on {day} that had "
    "become credits when an invoice did not need it: a dispute, or a payment that failed late.",
    TransferKind.REFUND_PAID: "{amount} of credits went back on {day}: a refund at the payment "
    "provider.",
}
"""Entries by which credits go away that were there, although nobody has used them."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Credits that went away on a local day, because what had paid for them did (M5, I6)."""

    day: date
    entry_kind: TransferKind
    amount: Micros

    @property
    def sentence(self) -> str:
        return LOSSES[self.entry_kind].format(amount=show(self.amount), day=date_of(self.day))


@dataclass(frozen=True, slots=True)
class LargeEvent:
    """One of the dearest events, by the id that its partner knows it by."""

    id: UUID
    event_id: str
    kind: UsageKind
    quantity: int
    amount: Micros
    happened_at: datetime
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class NotToppedUp:
    """M6: why the balance was not topped up, so many times between two instants."""

    reason: Refusal
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Carrier:
    """The invoice that asks for it: one that is issued, or the next 1st's to come."""

    issued_on: date
    number: int | None = None
    invoice_id: UUID | None = None
    charge_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DebtStory:
    """From `since` until before `until`, in micros: the credits at first, what was added, what went
    back of it (`losses`, all of them), what is missing at the end (`balance`, negative). The other
    lists are the largest ones only."""

    since: datetime
    until: datetime
    timezone: str
    post_paid: bool
    opening: Micros
    added: Micros
    balance: Micros
    carrier: Carrier
    losses: Sequence[Loss] = ()
    contributors: Sequence[Contributor] = ()
    events: Sequence[LargeEvent] = ()
    refusals: Sequence[NotToppedUp] = ()
    preventions: Sequence[Prevention] = ()

    @property
    def owed(self) -> Micros:
        return round_half_up(-self.balance)

    @property
    def gone_back(self) -> Micros:
        return sum(each.amount for each in self.losses)

    @property
    def used(self) -> Micros:
        return self.opening + self.added - self.gone_back - self.balance

    def sentences(self) -> Iterator[str]:
        yield _sum(self)
        yield from (each.sentence for each in self.losses)
        yield from (_contributed(each) for each in self.contributors[:3])
        yield _carried(self)
        if not self.post_paid:
            yield from _why_not(self)
            yield from (each.sentence for each in self.preventions)


def _sum(story: DebtStory) -> str:
    since = date_of(local_date(story.since, story.timezone))
    gone = f"{show(story.gone_back)} went back, " if story.losses else ""
    return (
        f"Usage has taken {show(story.used)} since {since}; there were {show(story.opening)} of "
        f"credits, {show(story.added)} were added, {gone}and {show(-story.balance)} are missing."
    )


def _contributed(each: Contributor) -> str:
    return f"{each.what} took {show(each.amount)} on {date_of(each.day)}."


def _carried(story: DebtStory) -> str:
    carrier = story.carrier
    what = "the usage" if story.post_paid else "previous debt"
    if not story.owed:
        return "No invoice asks for it: it is less than half a cent."
    if carrier.number is None:
        return f"The invoice of {date_of(carrier.issued_on)} will ask for {show(story.owed)}."
    return (
        f"Invoice {carrier.number} of {date_of(carrier.issued_on)} asks for {show(story.owed)} as "
        f"{what}."
    )


def _why_not(story: DebtStory) -> Iterator[str]:
    """Each refusal is recorded but one: a rule that is off is a wish (M6)."""
    if not story.refusals:
        yield "Nothing was topped up: automatic top-up was off."
    for each in story.refusals:
        first, last = (local_date(at, story.timezone) for at in (each.first, each.last))
        when = days(Period(first, last + timedelta(days=1)))
        times = f", {each.times} times" if each.times > 1 else ""
        yield f"It was not topped up {when}{times}: {_reason(each.reason)}."


def _reason(reason: Refusal) -> str:
    return _REASONS.get(reason, reason.lower().replace("_", " "))


_REASONS = {
    Refusal.OFF: "automatic top-up was off",
    Refusal.DECLINED: "the payment was declined",
    Refusal.BREAKER: "there had been too many charges in a row",
    Refusal.POST_PAID: "usage was paid afterwards",
    Refusal.CLOSED: "the account was closed",
    Refusal.NO_PAYMENT_METHOD: "there was no payment method",
    Refusal.IN_FLIGHT: "another charge was under way",
    Refusal.DAILY_CAP: "the daily cap was reached",
    Refusal.MONTHLY_CAP: "the monthly cap was reached",
}
