"""Rule M1: what an event must be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import InvalidInput
from app.domain.usage import check_event
from tests.make import at, sms

NOW = at("2025-12-01")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event_id": ""}, "id"),
        ({"event_id": "x" * 201}, "id"),
        ({"event_id": "a\nb"}, "id"),
        ({"event_id": " a"}, "id"),
        ({"event_id": "a\u00a0"}, "id"),
        ({"source": "a "}, "source"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 1_000_001}, "quantity"),
        ({"happened_at": NOW + timedelta(seconds=1)}, "happenedAt"),
        ({"happened_at": NOW.replace(tzinfo=None)}, "happenedAt"),
    ],
)
def test_an_impossible_event_is_refused_and_its_field_named(
    change: dict[str, Any], field: str
) -> None:
    """M1."""
    event = replace(sms(), **change)

    with pytest.raises(InvalidInput) as refused:
        check_event(event, field="events.7", now=NOW)

    assert refused.value.field == f"events.7.{field}"


def test_what_has_not_happened_yet_is_told_the_account_s_time() -> None:
    """M1: and how far a clock may be ahead of it."""
    event = replace(sms(), happened_at=NOW + timedelta(minutes=6))

    with pytest.raises(InvalidInput, match=r"2025-12-01 12:00:00 UTC now.* 5 minutes ahead"):
        check_event(event, field="", now=NOW, ahead=timedelta(minutes=5))
    check_event(event, field="", now=NOW, ahead=timedelta(minutes=6))


@pytest.mark.parametrize(
    "change",
    [
        {"event_id": "x" * 200},
        {"quantity": 1_000_000},
        {"happened_at": NOW},
        {"event_id": "ключ 1"},
    ],
)
def test_the_limits_themselves_are_allowed(change: dict[str, Any]) -> None:
    event = replace(sms(), **change)

    check_event(event, field="events.0", now=NOW)

    assert event.quantity >= 1
