"""C1 and C2, naively: local days are looked up, months and terms are walked day by day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from math import floor
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
QUARTER_HOUR = timedelta(minutes=15)


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


@cache
def first_instant(day: date, zone: str) -> datetime:
    """C1: when a local day begins, also where a clock change has taken its midnight away."""
    instant = datetime.fromisoformat(f"{day - 2 * DAY}T00:00+00:00")
    while local_day(instant, zone) < day:
        instant += QUARTER_HOUR
    return instant


def days(first: date, end: date) -> Iterator[date]:
    """From `first` on, without `end`."""
    while first < end:
        yield first
        first += DAY


def next_first(day: date) -> date:
    day += DAY
    while day.day != 1:
        day += DAY
    return day


def months_later(first: date, months: int) -> date:
    for _ in range(months):
        first = next_first(first)
    return first


def prorated(price: Fraction, first: date, whole: tuple[date, date]) -> int:
    """C3: cents for one unit from `first` to the end of `whole`; half a cent goes up."""
    start, end = whole
    left, all_days = len(list(days(first, end))), len(list(days(start, end)))
    return floor(price * left / all_days + Fraction(1, 2))
