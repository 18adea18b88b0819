"""Rules M1 and M2: what a usage event is, and what is found out of it when it is rated."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from app.domain.errors import InvalidInput
from app.domain.money import Micros

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


def posts_at_end_of_day(cell: Cell) -> bool:
    """M2: calls and texts abroad are debited when their day ends; look-ups at once."""
    kind, _, line_type, _ = cell
    return line_type == LineType.INTERNATIONAL and kind != UsageKind.LOOKUP


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


@dataclass(slots=True)
class Rated:
    """`deferred`: the amount is debited when the day ends; a carrier's fee always the next day."""

    rate: Micros
    amount: Micros
    included: bool
    fee_rate: Micros = 0
    fee: Micros = 0
    deferred: bool = False


def check_event(
    event: UsageEvent, *, field: str, now: datetime, ahead: timedelta = timedelta()
) -> None:
    """Raise InvalidInput, naming the field, for what no rate card could make right.

    `now`: the account's; `ahead`: how much further than that a reporter's clock may be.
    """
    check_names(event.event_id, event.source, field=field)
    if not 0 < event.quantity <= QUANTITY_LIMIT:
        raise InvalidInput(
            f"A quantity is a whole number from 1 to {QUANTITY_LIMIT:,}.",
            field=f"{field}.quantity",
        )
    happened_at = event.happened_at
    if happened_at.tzinfo is None:
        raise InvalidInput(
            "An instant has a UTC offset, such as 2025-12-23T10:00:00Z.",
            field=f"{field}.happenedAt",
        )
    if happened_at > now + ahead:
        raise InvalidInput(
            f"An event has happened already. By the clock of the account it is "
            f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC now"
            f"{f', and a clock may be {ahead // _MINUTE} minutes ahead of it' if ahead else ''}.",
            field=f"{field}.happenedAt",
        )


def check_names(event_id: str, source: str, *, field: str) -> None:
    """Of an event or a correction. Blanks at the ends are refused, not cut off: the id is the
    partner's, and has to be found again as it was sent."""
    if not 0 < len(event_id) <= EVENT_ID_LIMIT or not event_id.isprintable():
        raise InvalidInput(
            f"An event's id is 1 to {EVENT_ID_LIMIT} printable characters.", field=f"{field}.id"
        )
    if len(source) > EVENT_ID_LIMIT or not source.isprintable():
        raise InvalidInput(
            f"A source has at most {EVENT_ID_LIMIT} printable characters.", field=f"{field}.source"
        )
    for name, text in (("id", event_id), ("source", source)):
        if text.strip() != text:
            raise InvalidInput(
                "This begins or ends with a blank; send it without.", field=f"{field}.{name}"
            )


_MINUTE = timedelta(minutes=1)
