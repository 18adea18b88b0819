"""Rules C1 and C2: days are local dates, months are calendar months, everything starts on a 1st.

A period is half-open: its `end` is the first day that no longer belongs to it. People are shown
its `last` day, because both ends of a range on an invoice count.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from app.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True, order=True)
class Period:
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError((self.start, self.end))

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def since(self, day: date) -> "Period":
        """What is left of the period on `day`, that day included."""
        return Period(max(self.start, day), self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        first = f"{self.start.day} {self.start:%b}"
        first += f" {self.start.year}" if self.start.year != self.last.year else ""
        last = f"{self.last.day} {self.last:%b %Y}"
        return last if self.days == 1 else f"{first} to {last}"


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@lru_cache(maxsize=4096)
def add_months(first: date, months: int) -> date:
    """The 1st that lies `months` after the 1st of `first`'s month."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@lru_cache(maxsize=4096)
def month_of(day: date) -> Period:
    return Period(add_months(day, 0), add_months(day, 1))


def term_from(first: date, months: int) -> Period:
    """A full term: it starts on a 1st and holds whole calendar months."""
    if first.day != 1:
        raise ValueError(first)
    return Period(first, add_months(first, months))


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """The names of IANA, not those of a machine's own files: `localtime`, `right/UTC`."""
    return frozenset(available_timezones() - {"localtime"})


def zone(name: str, *, field: str = "billingTimezone") -> ZoneInfo:
    if name not in _zones():
        raise InvalidInput(
            f"'{name[:64]}' is no IANA time zone; one is called Europe/Lisbon, for example.",
            field=field,
        )
    return ZoneInfo(name)


def local_date(instant: datetime, timezone: str) -> date:
    return instant.astimezone(zone(timezone)).date()


def midnight(day: date, timezone: str) -> datetime:
    """The instant, in UTC, at which `day` begins in the account's zone: a cut-off if it is a 1st.

    Where a daylight saving change removes midnight itself, it is the first instant of that day.
    """
    tz = zone(timezone)
    instant = datetime.combine(day, time(), tz).astimezone(UTC)
    while instant.astimezone(tz).date() < day:
        instant += timedelta(minutes=15)
    return instant


@lru_cache(maxsize=4096)
def next_cut_off(instant: datetime, timezone: str) -> datetime:
    """The first cut-off after `instant`: 00:00 local time on the next 1st."""
    return midnight(add_months(local_date(instant, timezone), 1), timezone)
