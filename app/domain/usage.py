"""Rules M1 to M3: what a usage event is, and what it costs by the rate card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from app.domain.errors import InvalidInput
from app.domain.money import LIMIT, Micros

QUANTITY_LIMIT = 1_000_000
EVENT_ID_LIMIT = 200


class UsageKind(StrEnum):
    CALL_MINUTE = "CALL_MINUTE"
    SMS_SEGMENT = "SMS_SEGMENT"
    MMS_SEGMENT = "MMS_SEGMENT"
    LOOKUP = "LOOKUP"


class Direction(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class LineType(StrEnum):
    LOCAL = "LOCAL"
    TOLL_FREE = "TOLL_FREE"
    INTERNATIONAL = "INTERNATIONAL"


class Initiator(StrEnum):
    CONSUMER = "CONSUMER"
    AGENT = "AGENT"
    AUTOMATION = "AUTOMATION"
    POWER_DIALER = "POWER_DIALER"
    API = "API"


Cell: TypeAlias = tuple[UsageKind, Direction, LineType, Initiator]


def is_included(cell: Cell) -> bool:
    """M2: calls and texts on local lines that a consumer or a human agent started."""
    kind, _, line_type, initiator = cell
    return (
        kind is not UsageKind.LOOKUP
        and line_type is LineType.LOCAL
        and initiator in {Initiator.CONSUMER, Initiator.AGENT}
    )


@dataclass(slots=True)
class UsageEvent:
    """M1. Not frozen, which takes several times as long to make: a request may hold 100,000.
    `event_id` is the partner's, unique for each `source` (a system of theirs). `user_id`,
    `line_id`, `hold_id`: ids as text. `carrier`: whose fee is passed on for each segment (M2)."""

    event_id: str
    kind: UsageKind
    direction: Direction
    line_type: LineType
    initiator: Initiator
    quantity: int
    happened_at: datetime
    user_id: str | None = None
    source: str = ""
    line_id: str | None = None
    carrier: str | None = None
    hold_id: str | None = None

    @property
    def cell(self) -> Cell:
        return (self.kind, self.direction, self.line_type, self.initiator)


@dataclass(frozen=True, slots=True)
class Rate:
    """In force for one cell of the card from `start` until before `end`; micros per unit."""

    start: datetime
    end: datetime | None
    amount: Micros


@dataclass(slots=True)
class Rated:
    """`deferred`: the amount is debited when the day ends; a carrier's fee always the next day."""

    rate: Micros
    amount: Micros
    included: bool
    fee_rate: Micros = 0
    fee: Micros = 0
    deferred: bool = False


RateCard: TypeAlias = Mapping[Cell, list[Rate]]


def check_event(event: UsageEvent, *, field: str, now: datetime) -> None:
    """Raise InvalidInput, naming the field, for what no rate card could make right."""
    if not 0 < len(event.event_id) <= EVENT_ID_LIMIT or not event.event_id.isprintable():
        raise InvalidInput(
            f"An event's id is 1 to {EVENT_ID_LIMIT} printable characters.", field=f"{field}.id"
        )
    if len(event.source) > EVENT_ID_LIMIT or not event.source.isprintable():
        raise InvalidInput(
            f"A source has at most {EVENT_ID_LIMIT} printable characters.", field=f"{field}.source"
        )
    if not 0 < event.quantity <= QUANTITY_LIMIT:
        raise InvalidInput(
            f"A quantity is a whole number from 1 to {QUANTITY_LIMIT:,}.",
            field=f"{field}.quantity",
        )
    if event.happened_at.tzinfo is None or event.happened_at > now:
        raise InvalidInput(
            "An event has happened already, at an instant with a UTC offset.",
            field=f"{field}.happenedAt",
        )


def rate(event: UsageEvent, card: RateCard, *, field: str) -> Rated:
    """M3: the rate in force when the event happened, times the quantity, exact to the micro."""
    rates = card.get(event.cell, ())
    for each in rates:
        if each.start <= event.happened_at and (each.end is None or event.happened_at < each.end):
            amount = each.amount * event.quantity
            if amount > LIMIT:
                raise InvalidInput("One event cannot cost that much.", field=f"{field}.quantity")
            return Rated(each.amount, amount, included=is_included(event.cell))
    raise InvalidInput(
        f"The plan had no rate for {' '.join(event.cell)} on {event.happened_at:%Y-%m-%d}.",
        field=f"{field}.happenedAt" if rates else f"{field}.kind",
    )
