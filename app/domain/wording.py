"""How sentences for customers name numbers, days, people and things; British English."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.domain.money import Micros, show
from app.domain.periods import Period, zone
from app.domain.plans import Component

NAMED = 3
"""People that a sentence names before it counts."""


def date_of(day: date, within: Period | None = None) -> str:
    """`23 November 2025`; without the year where the sentence's own period has told it."""
    year = "" if within and within.start.year == within.last.year == day.year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def moment_of(instant: datetime, timezone: str) -> str:
    """`14 November 2025 at 09:30 (Europe/Lisbon)`: by the clock of who reads it."""
    local = instant.astimezone(zone(timezone))
    return f"{date_of(local.date())} at {local:%H:%M} ({timezone})"


def amount_of(amount: Micros, currency: str) -> str:
    """`1,600.00 USD`."""
    return f"{show(amount)} {currency}"


def invoice_number(number: int) -> str:
    """`INV-0004`: as it stands on the invoice."""
    return f"INV-{number:04}"


def days(period: Period) -> str:
    """`from 23 to 30 November 2025`: both ends count, and nothing is said twice."""
    first, last = period.start, period.last
    if first == last:
        return f"on {date_of(first)}"
    if first.year != last.year:
        return f"from {date_of(first)} to {date_of(last)}"
    month = "" if first.month == last.month else f" {first:%B}"
    return f"from {first.day}{month} to {date_of(last)}"


def units(number: int, component: Component, plan: str = "") -> str:
    """`One uPro licence`, `12 local numbers`."""
    label = component.label
    if number != 1 and not label.endswith("s"):
        label += "s"
    return " ".join(filter(None, ("One" if number == 1 else f"{number:,}", plan, label)))


def people(names: Sequence[str], number: int) -> str:
    """`Ada, Grace and 2 others`; `number` counts those too who are not in `names`."""
    shown = names if number <= NAMED else names[: NAMED - 1]
    if not shown:
        return "One user" if number == 1 else f"{number:,} users"
    others = number - len(shown)
    parts = [*shown]
    if others:
        parts.append("one other" if others == 1 else f"{others:,} others")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def users(statuses: Mapping[str, int]) -> str:
    """`3 active users`, or `3 users (2 active, 1 paused)`; no state with nobody in it."""
    found = {status.lower(): number for status, number in statuses.items() if number}
    number = sum(found.values())
    noun = "user" if number == 1 else "users"
    if len(found) == 1:
        return f"{number:,} {next(iter(found))} {noun}"
    each = ", ".join(f"{count:,} {status}" for status, count in found.items())
    return f"{number:,} {noun} ({each})" if each else f"no {noun}"
