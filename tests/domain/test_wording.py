"""Rule I5: numbers, days, people and things as a sentence names them."""

from datetime import UTC, date, datetime

import pytest

from app.domain.periods import Period
from app.domain.plans import Component
from app.domain.wording import amount_of, date_of, days, moment_of, people, units, users


@pytest.mark.parametrize(
    ("first", "end", "told"),
    [
        ("2025-11-23", "2025-12-01", "from 23 to 30 November 2025"),
        ("2025-11-30", "2025-12-01", "on 30 November 2025"),
        ("2025-11-23", "2026-01-01", "from 23 November to 31 December 2025"),
        ("2025-11-01", "2026-02-01", "from 1 November 2025 to 31 January 2026"),
        ("2024-02-29", "2024-03-01", "on 29 February 2024"),
        ("2024-02-01", "2024-03-01", "from 1 to 29 February 2024"),
        ("2025-12-31", "2026-01-02", "from 31 December 2025 to 1 January 2026"),
    ],
)
def test_days_say_nothing_twice(first: str, end: str, told: str) -> None:
    """C1: both ends count."""
    assert days(Period(date.fromisoformat(first), date.fromisoformat(end))) == told


def test_a_moment_is_told_by_the_clock_of_who_reads_it() -> None:
    """C1: on 29 February there, on 1 March here."""
    instant = datetime(2028, 3, 1, 4, 30, tzinfo=UTC)

    told = moment_of(instant, "America/New_York")

    assert told == "29 February 2028 at 23:30 (America/New_York)"


def test_an_amount_names_its_currency() -> None:
    """C4."""
    assert amount_of(1_600_000_000, "EUR") == "1,600.00 EUR"


def test_a_day_has_its_year_unless_the_sentence_has_told_it() -> None:
    november = Period(date(2025, 11, 1), date(2025, 12, 1))
    winter = Period(date(2025, 12, 1), date(2026, 3, 1))

    assert date_of(date(2025, 11, 23)) == "23 November 2025"
    assert date_of(date(2025, 11, 23), november) == "23 November"
    assert date_of(date(2026, 1, 1), november) == "1 January 2026"
    assert date_of(date(2025, 12, 23), winter) == "23 December 2025"


@pytest.mark.parametrize(
    ("number", "component", "told"),
    [
        (1, Component.LICENSE, "One uPro licence"),
        (2, Component.LICENSE, "2 uPro licences"),
        (1_200, Component.LOCAL_NUMBER, "1,200 uPro local numbers"),
        (2, Component.VOICE_ANALYTICS, "2 uPro voice analytics"),
        (2, Component.BRAND_REGISTRATION, "2 uPro brand registration fees"),
    ],
)
def test_units_have_their_plural(number: int, component: Component, told: str) -> None:
    assert units(number, component, "uPro") == told


@pytest.mark.parametrize(
    ("names", "number", "told"),
    [
        (["Ada"], 1, "Ada"),
        (["Ada", "Grace"], 2, "Ada and Grace"),
        (["Ada", "Grace", "Alan"], 3, "Ada, Grace and Alan"),
        (["Ada", "Grace", "Alan", "Kurt"], 4, "Ada, Grace and 2 others"),
        (["Ada", "Grace"], 300, "Ada, Grace and 298 others"),
        (["Ada"], 2, "Ada and one other"),
        ([], 1, "One user"),
        ([], 12, "12 users"),
    ],
)
def test_people_are_named_until_there_are_many(names: list[str], number: int, told: str) -> None:
    assert people(names, number) == told


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ({"ACTIVE": 1}, "1 active user"),
        ({"ACTIVE": 3, "PAUSED": 0}, "3 active users"),
        ({"ACTIVE": 2, "PAUSED": 1}, "3 users (2 active, 1 paused)"),
        ({"SUSPENDED": 2_000}, "2,000 suspended users"),
        ({}, "no users"),
    ],
)
def test_users_are_told_by_their_states(statuses: dict[str, int], told: str) -> None:
    """U1."""
    assert users(statuses) == told
