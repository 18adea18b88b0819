"""R-40: what was used in a range of local days, paid and included, in total and by what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.errors import InvalidInput
from app.domain.money import Micros

MOST_DAYS = 400
MOST_NAMED = 100


class UsageBy(StrEnum):
    """POSTED decides the month and the money (M7); HAPPENED is when people did it."""

    POSTED = "POSTED"
    HAPPENED = "HAPPENED"


class Breakdown(StrEnum):
    TOTAL = "TOTAL"
    DAY = "DAY"
    KIND = "KIND"
    DIRECTION = "DIRECTION"
    LINE_TYPE = "LINE_TYPE"
    INITIATOR = "INITIATOR"
    USER = "USER"
    LINE = "LINE"


@dataclass(frozen=True, slots=True)
class Span:
    """Local days of an account; both ends count."""

    first: date
    last: date
    by: UsageBy = UsageBy.POSTED

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InvalidInput("`from` is the earlier day of the two, or the same.", field="from")
        if (self.last - self.first).days >= MOST_DAYS:
            raise InvalidInput(f"Ask for at most {MOST_DAYS} days.", field="from")

    @property
    def days(self) -> list[date]:
        return [
            self.first + timedelta(days=each) for each in range((self.last - self.first).days + 1)
        ]


def span_of(first: date | None, last: date | None, by: UsageBy, *, today: date) -> Span:
    """What is left out: `last` is today, `first` the 1st of the month of `last`."""
    last = last or today
    return Span(first or last.replace(day=1), last, by)


@dataclass(frozen=True, slots=True)
class Sums:
    """`paid` and `included` are units; `amount` and `fee` (the carriers') are micros, exact."""

    events: int = 0
    paid: int = 0
    included: int = 0
    amount: Micros = 0
    fee: Micros = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.events + other.events,
            self.paid + other.paid,
            self.included + other.included,
            self.amount + other.amount,
            self.fee + other.fee,
        )


NOTHING = Sums()


@dataclass(frozen=True, slots=True)
class Row:
    """`key` says of what: a day, a member of an enum, an id, as text; `number` of how many.

    Without a key it is usage of nobody (`number` 0), or the sum of the rest (`number` 1 or more).
    """

    key: str | None
    sums: Sums
    number: int = 1


def leading(rows: Sequence[Row], first: int) -> list[Row]:
    """The `first` named rows, then what is of nobody, then all others as one row.

    Rows come dearest first. Nothing is left out: the sums of the answer are those of `rows`.
    """
    named = [row for row in rows if row.key is not None]
    nobody = [row for row in rows if row.key is None and not row.number]
    others = [*named[first:], *(row for row in rows if row.key is None and row.number)]
    rest = sum((row.sums for row in others), NOTHING)
    number = sum(row.number for row in others)
    return [*named[:first], *nobody, *([Row(None, rest, number)] if others else [])]


def every_day(rows: Sequence[Row], span: Span) -> list[tuple[date, Sums]]:
    """One for each day of the span, so that a chart has no gaps."""
    known: Mapping[str | None, Sums] = {row.key: row.sums for row in rows}
    return [(day, known.get(day.isoformat(), NOTHING)) for day in span.days]
