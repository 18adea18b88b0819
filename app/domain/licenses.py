"""Rules L1 and I7: licences at one moment, and day by day as the calendar draws them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar

from app.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Licenses:
    """L1. `held`: paid for in the current term. `minimum`: the contracted floor of it; a trial
    holds nothing yet, but its conversion will pay for the minimum."""

    held: int
    occupied: int
    minimum: int

    @property
    def available(self) -> int:
        """May be taken at no charge until the term ends (L5)."""
        return max(0, max(self.minimum, self.held) - self.occupied)


class Paid(Protocol):
    """A charge for licences: the rectangle of the numbers `slots` and the days `period`."""

    @property
    def slots(self) -> range: ...

    @property
    def period(self) -> Period: ...


P = TypeVar("P", bound=Paid)


@dataclass(frozen=True, slots=True)
class Day(Generic[P]):
    """`occupied`: the most users that were billable at one moment of the day; None for days to
    come. `paid`: the charges that pay for it, lowest licence number first."""

    date: date
    held: int
    occupied: int | None
    paid: Sequence[P]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Billable users of a day on which that number changed: the most, and how many at its end."""

    most: int
    last: int


def calendar(
    month: Period, today: date, charges: Sequence[P], changes: Mapping[date, Occupancy]
) -> Iterator[Day[P]]:
    """Each day of the month. `changes` reach back to the first user of the account."""
    earlier = [day for day in changes if day < month.start]
    occupied = changes[max(earlier)].last if earlier else 0
    for number in range(month.days):
        day = month.start + timedelta(days=number)
        paid = sorted((c for c in charges if day in c.period), key=lambda c: c.slots.start)
        held = max((charge.slots.stop - 1 for charge in paid), default=0)
        change = changes.get(day)
        most = max(occupied, change.most) if change else occupied
        yield Day(day, held, most if day <= today else None, paid)
        occupied = change.last if change else occupied
