"""When credits run out: exact, in the account's zone, and silent where little is known."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.burn import FURTHEST, Burn, Reserve, Spent, burn, runs_out, sentence
from app.domain.money import UNIT
from tests.make import at

NOW = at("2025-11-05")
UTC_ZONE = ZoneInfo("UTC")
KNOWN = Spent(last_day=24 * UNIT, last_week=168 * UNIT, since=NOW - timedelta(days=7), entries=9)


def test_the_last_day_and_an_average_day_of_the_week_count_alike() -> None:
    calm = Spent(0, 168 * UNIT, KNOWN.since, 9)
    young = Spent(10 * UNIT, 30 * UNIT, NOW - timedelta(days=2), 3)

    assert [burn(each, NOW) is not None for each in (KNOWN, calm, young)] == [True] * 3
    rates = [burn(each, NOW) or Burn(0, 1) for each in (KNOWN, calm, young)]
    assert [each.per_day for each in rates] == [24 * UNIT, 12 * UNIT, 12_500_000]
    assert [each.per_hour for each in rates] == [UNIT, UNIT // 2, 520_833]


@pytest.mark.parametrize(
    "spent",
    [
        Spent(0, 0, KNOWN.since, 9),
        Spent(5, 5, NOW - timedelta(hours=23, minutes=59), 9),
        Spent(5, 5, KNOWN.since, 2),
        Spent(-9, 5, KNOWN.since, 9),
    ],
    ids=["included only", "less than a day", "hardly any", "corrections"],
)
def test_nothing_is_said_where_little_is_known(spent: Spent) -> None:
    assert burn(spent, NOW) is None


def _said(reserve: Reserve, *, now: datetime = NOW, zone: str = "UTC") -> str:
    rate = burn(KNOWN, NOW)
    assert rate is not None
    return sentence(reserve, runs_out(rate, reserve, now), now, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("reserve", "said"),
    [
        (Reserve(2 * UNIT), "At this rate the credits run out today about 14:00."),
        (Reserve(12 * UNIT), "At this rate the credits run out tomorrow about 00:00."),
        (Reserve(26 * UNIT), "At this rate the credits run out tomorrow about 14:00."),
        (Reserve(50 * UNIT), "At this rate the credits run out Friday about 14:00."),
        (Reserve(25_600_000), "At this rate the credits run out tomorrow about 14:00."),
        (Reserve(155 * UNIT), "At this rate the credits run out Tuesday about 23:00."),
        (Reserve(156 * UNIT), "At this rate the credits run out on 12 November."),
        (
            Reserve(50 * UNIT, floor=24 * UNIT, topped_up=True),
            "At this rate the credits are topped up tomorrow about 14:00.",
        ),
        (
            Reserve(26 * UNIT, unlimited=True),
            "At this rate the credits run out tomorrow about 14:00; usage goes on.",
        ),
        (Reserve(2_000 * UNIT), "At this rate the credits last for more than 60 days."),
        (Reserve(0), "The credits are used up."),
        (Reserve(-5), "The credits are used up."),
        (
            Reserve(10 * UNIT, floor=10 * UNIT, topped_up=True),
            "The credits are so low that automatic top-up buys more.",
        ),
        (
            Reserve(-99, post_paid=True),
            "Usage is invoiced afterwards: no credits are needed.",
        ),
    ],
)
def test_it_is_said_for_people(reserve: Reserve, said: str) -> None:
    assert _said(reserve) == said


def test_the_hour_is_the_companys() -> None:
    """Also over the end of daylight saving time: 28 hours later it is 27 by the clock."""
    start = at("2025-11-01", "16:00")

    assert _said(Reserve(28 * UNIT), zone="Asia/Kolkata").endswith("tomorrow about 22:00.")
    assert _said(Reserve(28 * UNIT), now=start, zone="America/New_York").endswith(
        "tomorrow about 15:00."
    )


def test_the_29th_of_february_is_a_day() -> None:
    said = _said(Reserve(200 * UNIT), now=at("2028-02-21"))

    assert said == "At this rate the credits run out on 29 February."


@given(
    st.integers(1, 10**15),
    st.integers(0, 10**15),
    st.timedeltas(timedelta(days=1), timedelta(days=7)),
    st.integers(1, 10**15),
)
def test_what_is_spent_until_then_is_what_there_is(
    day: int, before: int, known: timedelta, available: int
) -> None:
    """Exact to the second, whatever the figures: no float, no overflow."""
    spent = Spent(day, day + before, NOW - known, 3)
    rate = burn(spent, NOW)
    assert rate is not None

    out = runs_out(rate, Reserve(available), NOW)

    assert rate.per_day >= 0
    if out is not None:
        seconds = (out - NOW) // timedelta(seconds=1)
        assert seconds * rate.numerator <= available * rate.denominator * 86_400
        assert (seconds + 1) * rate.numerator > available * rate.denominator * 86_400
        assert out - NOW < FURTHEST
