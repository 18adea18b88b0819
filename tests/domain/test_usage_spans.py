"""Rules M2, M7: a span of usage is whole local days, and what is left of a day at its ends."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.usage_spans import NOTHING, UsageSpan


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(since: str, until: str, zone: str = "UTC", first: UUID = NOTHING) -> UsageSpan:
    return UsageSpan(UUID(int=1), at(since), at(until), zone, first)


def test_a_month_is_whole_days_only() -> None:
    found = span("2024-02-01T05:00", "2024-03-01T05:00", "America/New_York")

    assert found.whole == (date(2024, 2, 1), date(2024, 3, 1))
    assert found.head == (found.since, found.since)
    assert found.tail == found.until


def test_both_ends_are_parts_of_days() -> None:
    """M2: what is debited when the first day ends counts from its midnight on."""
    found = span("2025-11-14T12:00", "2025-11-20T08:00")

    assert found.whole == (date(2025, 11, 15), date(2025, 11, 20))
    assert found.head == (at("2025-11-14T00:00"), at("2025-11-15T00:00"))
    assert found.tail == at("2025-11-20T00:00")


@pytest.mark.parametrize("until", ["2025-11-14T12:00", "2025-11-14T18:00"])
def test_a_part_of_one_day_is_its_own_tail(until: str) -> None:
    found = span("2025-11-14T12:00", until)

    assert found.whole[0] >= found.whole[1]
    assert found.head == (found.since, found.since)
    assert found.tail == found.since


def test_a_settlement_at_midnight_makes_its_day_a_part() -> None:
    """M8: what came at that instant before it was settled is no longer owed."""
    found = span("2025-11-14T00:00", "2025-12-01T00:00", first=UUID(int=7))

    assert found.whole[0] == date(2025, 11, 15)
    assert found.head == (found.since, at("2025-11-15T00:00"))
