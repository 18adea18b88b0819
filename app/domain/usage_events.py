"""Why a usage event cost what it cost, as a sentence (M2, M3, I5)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.domain.causes import USAGE_WORDS
from app.domain.money import Micros, show
from app.domain.periods import local_date, month_of
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_spans import NOTHING
from app.domain.wording import date_of

Asker = TypeVar("Asker")
_MOMENT = timedelta(microseconds=1)

_BY = {
    Initiator.CONSUMER: "by a consumer",
    Initiator.AGENT: "by an agent",
    Initiator.AUTOMATION: "by automation",
    Initiator.POWER_DIALER: "by the power dialer",
    Initiator.API: "by the API",
}
_ON = {
    LineType.LOCAL: "on a local line",
    LineType.TOLL_FREE: "on a toll-free line",
    LineType.INTERNATIONAL: "on an international line",
}
_WAY = {Direction.INBOUND: "inbound", Direction.OUTBOUND: "outbound"}
_CARRIERS = {
    "att": "AT&T",
    "rogers": "Rogers",
    "t-mobile": "T-Mobile",
    "us-cellular": "US Cellular",
    "verizon": "Verizon",
}


@dataclass(frozen=True, slots=True)
class Costed:
    """An event as it was rated; amounts in micros. `day`: the local day of its posting; `corrects`:
    the partner's id of the event that it corrects, if it is a correction."""

    kind: UsageKind
    direction: Direction
    line_type: LineType
    initiator: Initiator
    quantity: int
    rate: Micros
    amount: Micros
    included: bool
    day: date
    fee_rate: Micros = 0
    fee: Micros = 0
    carrier: str | None = None
    deferred: bool = False
    corrects: str | None = None

    @property
    def fee_day(self) -> date:
        """M2: a carrier's fee is posted on the next day."""
        return self.day + timedelta(days=1)


def costed(row: Any, corrects: str | None = None) -> Costed:
    """From a row of an event with the `billing_timezone` of its account, and the partner's id of
    what it corrects."""
    return Costed(
        kind=UsageKind(row.kind),
        direction=Direction(row.direction),
        line_type=LineType(row.line_type),
        initiator=Initiator(row.initiator),
        quantity=row.quantity,
        rate=row.rate,
        amount=row.amount,
        included=row.included,
        day=local_date(row.posted_at, row.billing_timezone),
        fee_rate=row.fee_rate,
        fee=row.fee,
        carrier=row.carrier,
        deferred=row.deferred,
        corrects=None if row.adjusts is None else corrects or "an event",
    )


def explain(event: Costed) -> str:
    """The sentence: what was used, what it cost and why, and what the carrier asks for it."""
    if event.corrects is not None:
        return _correction(event, event.corrects)
    parts = [_included(event) if event.included else _metered(event)]
    if event.fee:
        parts.append(_carried(event))
    return f"{'; '.join(parts)}."


def _correction(event: Costed, of: str) -> str:
    """`A correction takes back 2 outbound SMS segments ... of n9: 0.03 less, at 0.015 each.`"""
    does = "takes back" if event.quantity < 0 else "adds"
    what = f"A correction {does} {_what(replace(event, quantity=abs(event.quantity)))} of {of}"
    if event.included or not event.amount:
        told = f"{what}, which cost nothing"
    else:
        word = "less" if event.amount < 0 else "more"
        told = f"{what}: {show(abs(event.amount))} {word}, at {show(event.rate)} each"
    if event.fee:
        word = "less" if event.fee < 0 else "more"
        told += f"; the fee of its carrier is {show(abs(event.fee))} {word}"
    return f"{told}."


def _what(event: Costed) -> str:
    unit = USAGE_WORDS[event.kind] + ("" if event.quantity == 1 else "s")
    way = _WAY[event.direction]
    return f"{event.quantity:,} {way} {unit} {_BY[event.initiator]} {_ON[event.line_type]}"


def _included(event: Costed) -> str:
    return f"{_what(event)} {'is' if event.quantity == 1 else 'are'} part of the plan"


def _metered(event: Costed) -> str:
    if not event.rate:
        return f"{_what(event)} cost{_s(event)} nothing: the rate was 0"
    each = "" if event.quantity == 1 else f" each, {show(event.amount)} in all"
    when = f", debited at the end of {date_of(event.day)}" if event.deferred else ""
    return f"{_what(event)} cost{_s(event)} {show(event.rate)}{each}{when}{_reason(event)}"


def _s(event: Costed) -> str:
    return "s" if event.quantity == 1 else ""


def _reason(event: Costed) -> str:
    """M2: which rule keeps it out of the plan; nothing where only a rate of its own does."""
    if event.kind is UsageKind.LOOKUP:
        return ", because look-ups are never part of the plan"
    if event.line_type is not LineType.LOCAL:
        noun = "toll-free" if event.line_type is LineType.TOLL_FREE else "international"
        return f", because {noun} lines are never part of the plan"
    if event.initiator is Initiator.POWER_DIALER:
        return ", because power dialing is never part of the plan"
    if event.initiator in {Initiator.AUTOMATION, Initiator.API}:
        return ", because what is automated is never part of the plan"
    return ""


def _carried(event: Costed) -> str:
    carrier = _CARRIERS.get(event.carrier or "", event.carrier or "the carrier")
    one = event.quantity == 1
    each = "" if one else " each"
    return (
        f"{carrier} charges {show(event.fee_rate)}{each} for carrying {'it' if one else 'them'}"
        f"{'' if one else f', {show(event.fee)} in all'}, posted on {date_of(event.fee_day)}"
    )


@dataclass(frozen=True, slots=True)
class Settled(Generic[Asker]):
    """When usage was settled, and `by` what it is asked for. `last`: of what came at that very
    instant only what has an earlier id; nothing of it where a bill settled at its cut-off."""

    at: datetime
    last: UUID
    by: Asker


def settling(
    counts_at: datetime, event_id: UUID, settled: Iterable[Settled[Asker]], timezone: str
) -> Settled[Asker] | None:
    """M7, M8: the settlement of the month in which an event counts that was the first after it."""
    month = month_of(local_date(counts_at, timezone))
    after = [each for each in settled if (each.at, each.last) > (counts_at, event_id)]
    first = min(after, key=lambda each: (each.at, each.last), default=None)
    if first is None:
        return None
    ended = first.at - _MOMENT if first.last == NOTHING else first.at
    return first if local_date(ended, timezone) in month else None
