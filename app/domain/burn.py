"""How fast credits are spent, and when they run out: a forecast from what was spent lately.

The last day and the average day of the last week count alike: the one knows of today's campaign,
the other of the weekend. Where too little is known nothing is said.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.money import Micros, round_half_up

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FURTHEST = timedelta(days=60)
ENOUGH = 3
"""Debits that say more than chance."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Debits for usage of the `last_day` and the `last_week` (micros) before an instant; `since`:
    the first of them, at most a week ago; `entries`: how many of the week."""

    last_day: Micros
    last_week: Micros
    since: datetime
    entries: int


@dataclass(frozen=True, slots=True)
class Burn:
    """`numerator` / `denominator` micros a day, exactly."""

    numerator: int
    denominator: int

    @property
    def per_day(self) -> Micros:
        return round_half_up(self.numerator, self.denominator, step=1)

    @property
    def per_hour(self) -> Micros:
        return round_half_up(self.numerator, self.denominator * 24, step=1)

    def time_for(self, amount: Micros) -> timedelta:
        """How long it takes to spend so much; FURTHEST at most."""
        seconds = amount * self.denominator * 86_400 // self.numerator
        return timedelta(seconds=min(seconds, FURTHEST // timedelta(seconds=1)))


@dataclass(frozen=True, slots=True)
class Reserve:
    """What there is to spend: micros until `floor`, where automatic top-up buys more if it is
    `topped_up`, and where usage goes on if it is `unlimited` (or, post-paid, never was paid)."""

    available: Micros
    floor: Micros = 0
    topped_up: bool = False
    unlimited: bool = False
    post_paid: bool = False


def burn(spent: Spent, now: datetime) -> Burn | None:
    """None: less than a day is known, or next to nothing, or nothing was spent."""
    known = now - spent.since
    if known < DAY or spent.entries < ENOUGH or spent.last_day + spent.last_week <= 0:
        return None
    seconds, day = known // timedelta(seconds=1), DAY // timedelta(seconds=1)
    numerator = spent.last_day * seconds + spent.last_week * day
    return Burn(numerator, 2 * seconds) if numerator > 0 else None


def runs_out(rate: Burn, reserve: Reserve, now: datetime) -> datetime | None:
    """When the floor is reached; None if never, or in more than two months."""
    left = reserve.available - reserve.floor
    if reserve.post_paid or left <= 0:
        return None
    time = rate.time_for(left)
    return None if time >= FURTHEST else now + time


def sentence(reserve: Reserve, out: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """For people, in the account's zone."""
    if reserve.post_paid:
        return "Usage is invoiced afterwards: no credits are needed."
    if reserve.available <= reserve.floor:
        return (
            "The credits are so low that automatic top-up buys more."
            if reserve.topped_up
            else "The credits are used up."
        )
    what = "are topped up" if reserve.topped_up else "run out"
    if out is None:
        return f"At this rate the credits last for more than {FURTHEST.days} days."
    end = "; usage goes on." if reserve.unlimited and not reserve.topped_up else "."
    return f"At this rate the credits {what} {_about(out, now, zone)}{end}"


def _about(out: datetime, now: datetime, zone: ZoneInfo) -> str:
    """To the hour within a week; later only the day is worth saying."""
    hour = timedelta(hours=1)
    local, today = (out + hour // 2).astimezone(zone), now.astimezone(zone).date()
    away = (local.date() - today).days
    if away >= WEEK.days:
        return f"on {local.day} {local:%B}"
    day = {0: "today", 1: "tomorrow"}.get(away, f"{local:%A}")
    return f"{day} about {local:%H}:00"
