"""L5, P3 of the invariants: the provider's list against our payments, and the days it is read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.types import new_id
from app.domain.money import UNIT
from app.domain.payments import PaymentStatus
from app.domain.reconciliation import (
    CURES,
    Mismatch,
    Ours,
    Theirs,
    as_json,
    compare,
    from_json,
    missing,
)
from app.domain.spans import (
    DAY,
    LAP,
    LAPS,
    OVERLAP,
    Span,
    next_again,
    next_day,
    shortened,
)

AT = datetime(2024, 2, 29, 12, tzinfo=UTC)
ID, ACCOUNT = new_id(), new_id()
THEIRS = Theirs(
    "ch_1", ID, ACCOUNT, succeeded=True, amount=70 * UNIT, currency="USD", created_at=AT
)
OURS = Ours(ACCOUNT, ID, PaymentStatus.SUCCEEDED, 70 * UNIT, "USD", AT)
OPEN = (PaymentStatus.CREATED, PaymentStatus.SENT, PaymentStatus.UNKNOWN)


def kinds(theirs: Theirs, ours: Ours | None) -> list[Mismatch]:
    found = compare(theirs, ours)
    assert [from_json(as_json(each)) for each in found] == found
    assert all(each.sentence and each.cure for each in found)
    return [each.kind for each in found]


def test_what_agrees_is_no_difference() -> None:
    failed = replace(THEIRS, succeeded=False)
    refunded = replace(OURS, status=PaymentStatus.REFUNDED, refunded=OURS.amount)

    assert kinds(THEIRS, OURS) == []
    assert kinds(failed, replace(OURS, status=PaymentStatus.DECLINED)) == []
    assert kinds(failed, None) == []
    assert kinds(replace(THEIRS, refunded=THEIRS.amount), refunded) == []


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        ({}, None, Mismatch.UNKNOWN_TO_US),
        ({"refunded": UNIT}, None, Mismatch.UNKNOWN_TO_US),
        ({"amount": 71 * UNIT}, {}, Mismatch.AMOUNT),
        ({"currency": "EUR"}, {}, Mismatch.CURRENCY),
        ({"refunded": UNIT}, {}, Mismatch.REFUND),
        ({}, {"status": PaymentStatus.REFUNDED, "refunded": 70 * UNIT}, Mismatch.REFUND),
        (
            {"refunded": 5, "refunds": {ID: 5}},
            {"open_refunds": {ID: 6}},
            Mismatch.REFUND_AMOUNT,
        ),
        (
            {"refunded": 6, "refunds": {ID: 6}},
            {"open_refunds": {ID: 6}},
            Mismatch.REFUND,
        ),
        ({"taken_back": 70 * UNIT}, {}, Mismatch.TAKEN_BACK),
        ({"succeeded": False}, {}, Mismatch.STATUS),
        ({}, {"status": PaymentStatus.DECLINED}, Mismatch.TAKEN_AFTER_DECLINE),
        *(({}, {"status": status}, Mismatch.STATUS) for status in OPEN),
        ({}, {"status": PaymentStatus.UNKNOWN, "leased": True}, Mismatch.STATUS),
    ],
)
def test_what_does_not_agree_has_a_name(
    theirs: dict[str, object], ours: dict[str, object] | None, kind: Mismatch
) -> None:
    here = None if ours is None else replace(OURS, **ours)  # type: ignore[arg-type]

    assert kinds(replace(THEIRS, **theirs), here) == [kind]  # type: ignore[arg-type]


def test_all_that_differs_is_named_at_once() -> None:
    theirs = replace(THEIRS, amount=1, currency="EUR", refunded=1, taken_back=1)

    assert kinds(theirs, OURS) == [
        Mismatch.CURRENCY,
        Mismatch.AMOUNT,
        Mismatch.REFUND,
        Mismatch.TAKEN_BACK,
    ]


def test_what_is_under_way_is_left_alone() -> None:
    """Somebody waits for the answer right now; what did not succeed may still be asked for."""
    sent = replace(OURS, status=PaymentStatus.SENT, leased=True)
    failed = replace(THEIRS, succeeded=False)

    assert kinds(THEIRS, sent) == []
    assert [kinds(failed, replace(OURS, status=status)) for status in OPEN] == [[], [], []]


def test_what_was_given_back_whole_is_nobody_s_any_more() -> None:
    gone = replace(THEIRS, refunded=40 * UNIT, taken_back=30 * UNIT)

    assert kinds(gone, None) == kinds(gone, replace(OURS, status=PaymentStatus.DECLINED)) == []


def test_what_the_provider_does_not_know_is_missing() -> None:
    found = missing(OURS, AT)

    assert found.kind is Mismatch.MISSING_AT_PROVIDER
    assert f"{ID} over 70.00 USD has succeeded here" in found.sentence
    assert from_json(as_json(found)) == found
    assert set(CURES) == set(Mismatch)


def test_days_follow_each_other_without_a_gap() -> None:
    """Whatever was missed is caught up, a day at a time; 29 February is one."""
    now, done, days = AT + timedelta(days=3), None, []
    while span := next_day(done, AT - timedelta(days=1), now):
        days.append(f"{span.since:%m-%d %H} {span.until:%m-%d %H}")
        done = span.until

    assert days == [
        "02-28 00 02-29 00",
        "02-29 00 03-01 00",
        "03-01 00 03-02 00",
        "03-02 00 03-03 00",
    ]


def test_a_day_is_compared_an_hour_after_its_end() -> None:
    start = datetime(2024, 2, 29, tzinfo=UTC)
    end = start + timedelta(days=1)

    assert next_day(start, None, end + timedelta(minutes=59)) is None
    assert next_day(start, None, end + timedelta(hours=1)) == Span(start, end)
    assert next_day(None, None, end) is None


@given(st.datetimes(datetime(2000, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_no_day_is_left_out(now: datetime) -> None:
    span = next_day(None, now - timedelta(days=1, hours=2), now)

    assert span is not None
    assert span.since < span.until <= now
    assert span.since <= now - timedelta(days=1, hours=2) < span.until


def test_a_part_of_a_day_is_followed_by_one_twice_as_long() -> None:
    """L5: up to the end of the day; after a whole day the next one is tried whole."""
    day = datetime(2024, 2, 29, tzinfo=UTC)
    end = day + timedelta(days=1)
    six, eighteen = day + timedelta(hours=6), day + timedelta(hours=18)

    assert shortened(Span(six, end), Span(day, six)) == Span(six, eighteen)
    assert shortened(Span(eighteen, end), Span(six, eighteen)) == Span(eighteen, end)
    whole = Span(end, end + timedelta(days=1))
    assert shortened(whole, Span(eighteen, end)) == whole
    assert Span(day, end).half == Span(day, day + timedelta(hours=12))
    assert Span(day, day + timedelta(minutes=2)).overlap == timedelta(minutes=2)


def _laps(first: datetime, nights: list[datetime]) -> dict[datetime, list[datetime]]:
    """When each day is compared again, by workers that are there on these nights only."""
    seen: dict[datetime, list[datetime]] = {}
    done: dict[int, datetime] = {}
    for night in nights:
        for lap in range(1, LAPS + 1):
            while span := next_again(done.get(lap), first, night - lap * LAP):
                done[lap] = span.until
                seen.setdefault(span.since, []).append(night)
    return seen


@given(st.integers(0, 400), st.integers(0, 23))
def test_every_day_of_half_a_year_is_seen_again_within_a_lap(age: int, hour: int) -> None:
    """L5: also where all had begun long before there were laps: nothing is caught up at once."""
    midnight = AT.replace(hour=0)
    start, first = midnight + timedelta(hours=hour), midnight - age * DAY
    nights = [start + number * DAY for number in range(250)]

    seen = _laps(first, nights)

    assert min(seen) >= first
    for number in (31, 32, 100, 181, 249):
        night = nights[number]
        for days in range(31, (LAPS * LAP).days):
            day = midnight + (number - days - 1) * DAY
            if day >= first:
                assert any(night - LAP - DAY < at <= night for at in seen.get(day, ())), day
    assert all(len(each) <= LAPS for each in seen.values())
    assert max(sum(night in each for each in seen.values()) for night in nights) <= LAPS


@given(st.integers(1, 400))
def test_who_was_away_for_long_looks_at_each_day_once(away: int) -> None:
    """L5: what the first lap has missed for a whole lap is in the second."""
    start = AT.replace(hour=2)
    nights = [start + number * DAY for number in range(100)]
    nights += [nights[-1] + (away + number) * DAY for number in range(1, 40)]

    seen = _laps(start - 500 * DAY, nights)

    back = nights[100]
    at_once = [day for day, at in seen.items() for each in at if each == back]
    assert len(at_once) == len(set(at_once)) <= LAPS * LAP.days
    for days in range(31, (LAPS * LAP).days):
        day = start.replace(hour=0) + (back - start) - (days + 1) * DAY
        assert any(back - LAP - DAY < at for at in seen.get(day, ())), days


def test_a_part_of_a_day_goes_on_to_its_end() -> None:
    """And a day is not over before the list has it whole."""
    noon = AT.replace(hour=12)

    assert next_again(noon, AT - LAP, noon + 2 * DAY) == Span(noon, noon.replace(hour=0) + DAY)
    assert next_again(None, AT, AT.replace(hour=0) + DAY + OVERLAP - DAY / 24 / 60) is None
    assert next_again(None, AT, AT.replace(hour=0) + DAY + OVERLAP) is not None
