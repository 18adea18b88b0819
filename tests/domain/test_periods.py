"""Rules C1, C2 and C5: local days, calendar months, and the instant of the next cut-off."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.periods import (
    Period,
    add_months,
    local_date,
    midnight,
    month_of,
    next_cut_off,
    term_from,
    zone,
)
from tests.domain.books import DAYS, periods

ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))
INSTANTS = st.datetimes(
    datetime(2012, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@given(INSTANTS, ZONES)
@example(utc("2023-09-30T12:00"), "America/Asuncion")  # 1 October 2023 began at 01:00
@example(utc("2024-10-31T20:30"), "Africa/Cairo")  # 31 October 2024 had its last hour twice
@example(utc("2024-10-31T21:30"), "Africa/Cairo")
@example(utc("2025-01-31T09:59:59"), "Pacific/Kiritimati")  # +14
@example(utc("2025-02-01T11:59:59"), "Etc/GMT+12")  # -12
@example(utc("2024-02-29T23:59:59"), "UTC")
@example(utc("2024-12-31T23:59:59"), "UTC")
def test_the_next_cut_off_is_later_and_the_first_moment_of_a_local_1st(
    instant: datetime, timezone: str
) -> None:
    """C1, C5: the watermark always moves, and to the very start of the 1st."""
    cut_off = next_cut_off(instant, timezone)

    day = local_date(cut_off, timezone)
    assert cut_off > instant
    assert day == add_months(local_date(instant, timezone), 1)
    assert local_date(cut_off - timedelta(microseconds=1), timezone) == day - timedelta(days=1)


@given(INSTANTS, ZONES)
def test_no_month_is_skipped_from_one_cut_off_to_the_next(instant: datetime, timezone: str) -> None:
    """C5: a scheduler that slept for months finds each of them."""
    first = next_cut_off(instant, timezone)
    second = next_cut_off(first, timezone)

    days = [local_date(each, timezone) for each in (first, second)]
    assert days[1] == add_months(days[0], 1)
    assert days[0].day == 1


@pytest.mark.parametrize(
    ("day", "timezone", "instant"),
    [
        ("2025-12-01", "UTC", "2025-12-01T00:00"),
        ("2025-12-01", "Asia/Tokyo", "2025-11-30T15:00"),
        ("2025-12-01", "America/Los_Angeles", "2025-12-01T08:00"),
        ("2025-12-01", "Pacific/Kiritimati", "2025-11-30T10:00"),
        ("2025-12-01", "Etc/GMT+12", "2025-12-01T12:00"),
        ("2017-10-01", "America/Asuncion", "2017-10-01T04:00"),  # 00:00 does not exist: 01:00
        ("2024-11-01", "Africa/Cairo", "2024-10-31T22:00"),  # after the hour that came twice
        ("2025-11-01", "Asia/Kathmandu", "2025-10-31T18:15"),
    ],
)
def test_a_cut_off_is_local_midnight_or_the_first_moment_after_it(
    day: str, timezone: str, instant: str
) -> None:
    assert midnight(date.fromisoformat(day), timezone) == utc(instant)


@pytest.mark.parametrize(
    ("first", "months", "then"),
    [
        ("2025-12-31", 1, "2026-01-01"),
        ("2024-01-15", 12, "2025-01-01"),
        ("2026-01-01", -1, "2025-12-01"),
        ("2025-11-30", 3, "2026-02-01"),
        ("2025-02-28", 0, "2025-02-01"),
    ],
)
def test_months_are_added_to_the_1st(first: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(first), months) == date.fromisoformat(then)


@pytest.mark.parametrize(
    ("first", "months", "days"),
    [
        ("2024-02-01", 1, 29),
        ("2025-02-01", 1, 28),
        ("2024-01-01", 12, 366),
        ("2025-01-01", 3, 90),
        ("2023-03-01", 12, 366),
        ("2025-10-01", 3, 92),
    ],
)
def test_a_term_has_the_real_days_of_its_months(first: str, months: int, days: int) -> None:
    """C2, C3: 28 to 31, 90 to 92, 365 or 366."""
    assert term_from(date.fromisoformat(first), months).days == days


def test_a_term_that_starts_on_another_day_than_a_1st_is_an_error() -> None:
    with pytest.raises(ValueError, match="2025-02-02"):
        term_from(date(2025, 2, 2), 3)


@given(periods(), DAYS)
def test_what_is_left_of_a_period_ends_with_it_and_counts_both_ends(
    period: Period, day: date
) -> None:
    """C3: from the 23rd to the 31st are nine days."""
    if day >= period.end:
        with pytest.raises(ValueError, match="date"):
            period.since(day)
        return

    left = period.since(day)

    assert left.last == period.last
    assert left.days == (period.last - max(day, period.start)).days + 1


@pytest.mark.parametrize(
    ("first", "end", "text"),
    [
        ("2025-12-23", "2026-01-01", "23 Dec to 31 Dec 2025"),
        ("2025-12-31", "2026-01-01", "31 Dec 2025"),
        ("2025-12-01", "2026-03-01", "1 Dec 2025 to 28 Feb 2026"),
    ],
)
def test_people_are_shown_the_last_day(first: str, end: str, text: str) -> None:
    assert str(Period(date.fromisoformat(first), date.fromisoformat(end))) == text


@given(DAYS)
def test_a_day_lies_in_its_month_and_in_no_other(day: date) -> None:
    month = month_of(day)

    assert day in month
    assert month.end not in month
    assert month.start.day == month.end.day == 1


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "UTC\0", "a" * 999]
)
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        zone(name)

    assert refused.value.field == "billingTimezone"
