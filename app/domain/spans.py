"""Spans of time in which charges are compared (L5): whole days, or what can be done at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
OVERLAP = timedelta(hours=1)
"""A list may lag behind: the end of a day is listed with the next one again."""
SHORTEST = timedelta(minutes=1)
"""What is charged in so short a time is never too much to compare at once."""
LAP, LAPS = 30 * DAY, 6
"""So long after it was compared, and so often, a day is compared again: refunds and disputes come
late, and their webhooks may be lost."""


@dataclass(frozen=True, slots=True)
class Span:
    """Charges made in [since, until), by the machine's time."""

    since: datetime
    until: datetime

    @property
    def overlap(self) -> timedelta:
        """How much of what was before it is listed again."""
        return min(OVERLAP, self.until - self.since)

    @property
    def half(self) -> "Span":
        return Span(self.since, self.since + (self.until - self.since) // 2)


def shortened(span: Span, last: Span) -> Span:
    """Up to twice as long as the `last` before it, if that did not reach the end of its day
    because there was too much in it."""
    if last.until == _midnight(last.until):
        return span
    return Span(span.since, min(span.until, span.since + 2 * (last.until - last.since)))


def next_day(done: datetime | None, first: datetime | None, now: datetime) -> Span | None:
    """The next whole day (UTC) after the last that is `done`; before it, from the `first` payment
    on. None while that day is not over for an hour: the list may lag behind."""
    start = done or _midnight(first or now)
    until = _midnight(start + DAY)
    return Span(start, until) if until + OVERLAP <= now else None


def next_again(done: datetime | None, first: datetime, now: datetime) -> Span | None:
    """The next whole day of a lap, as `next_day` where `now` is so much earlier as the lap is late;
    none from before `first`, the day on which all began.

    A lap that is new begins with the newest day, and one that is late by more than a lap goes on
    with those of the last one: the older ones are in the lap after it.
    """
    newest = _midnight(now - OVERLAP) - DAY
    begun = newest if done is None else max(done, newest - LAP + DAY)
    start = max(begun, _midnight(first))
    until = _midnight(start + DAY)
    return Span(start, until) if until + OVERLAP <= now else None


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
