"""Rules L1 and I7: the calendar of a month, drawn from rectangles and changes."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.licenses import Licenses, Occupancy, calendar
from app.domain.periods import Period

MONTH = Period(date(2024, 2, 1), date(2024, 3, 1))
LAST = date(2024, 2, 29)


@dataclass(frozen=True)
class Paid:
    slots: range
    period: Period


NOTHING: list[Paid] = []


@st.composite
def rectangles(draw: st.DrawFn) -> list[Paid]:
    """One that pays for the whole month, and additions on top of it from a day of their own."""
    found = [Paid(range(1, 1 + draw(st.integers(1, 5))), Period(date(2024, 1, 1), MONTH.end))]
    for offset in sorted(draw(st.lists(st.integers(0, 28), max_size=4))):
        first = found[-1].slots.stop
        start = MONTH.start + timedelta(days=offset)
        found.append(Paid(range(first, first + draw(st.integers(1, 3))), MONTH.since(start)))
    return found


@given(rectangles())
def test_what_is_held_is_what_pays_for_the_day(paid: list[Paid]) -> None:
    """I7: counted licence by licence; a leap February has 29 days."""
    days = list(calendar(MONTH, LAST, paid, {}))

    assert [each.date for each in days] == [
        MONTH.start + timedelta(days=number) for number in range(29)
    ]
    for day in days:
        numbers = {n for each in paid if day.date in each.period for n in each.slots}
        assert (day.held, set(range(1, day.held + 1))) == (len(numbers), numbers)
        assert [each.slots.start for each in day.paid] == sorted(
            each.slots.start for each in paid if day.date in each.period
        )


@given(st.lists(st.tuples(st.integers(-40, 28), st.integers(-2, 3)), max_size=20))
def test_a_day_shows_the_most_who_were_there_at_one_moment(steps: list[tuple[int, int]]) -> None:
    """L1: one step after the other, with what came before the month carried into it."""
    now, moments, changes = 0, dict[date, list[int]](), dict[date, Occupancy]()
    for offset, more in sorted(steps, key=lambda step: step[0]):
        day = MONTH.start + timedelta(days=offset)
        now = max(0, now + more)
        moments.setdefault(day, []).append(now)
        changes[day] = Occupancy(max(moments[day]), now)

    seen = {each.date: each.occupied for each in calendar(MONTH, LAST, NOTHING, changes)}

    carried = 0
    for offset in range(-40, 29):
        day = MONTH.start + timedelta(days=offset)
        most = max([carried, *moments.get(day, [])])
        carried = moments.get(day, [carried])[-1]
        if day in MONTH:
            assert seen[day] == most


def test_days_to_come_are_not_counted() -> None:
    days = list(calendar(MONTH, date(2024, 2, 10), NOTHING, {date(2024, 1, 5): Occupancy(4, 3)}))

    assert [each.occupied for each in days[8:12]] == [3, 3, None, None]


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_available_is_what_may_be_taken_at_no_charge(
    held: int, occupied: int, minimum: int
) -> None:
    """L1, L3, L5."""
    found = Licenses(held, occupied, minimum).available

    assert found == max(0, max(held, minimum) - occupied)
