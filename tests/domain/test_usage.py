"""Rules M1 to M3: what an event must be, what is included, and the rate in force."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.money import LIMIT, UNIT
from app.domain.usage import (
    Cell,
    Direction,
    Initiator,
    LineType,
    Rate,
    RateCard,
    UsageKind,
    check_event,
    is_included,
    rate,
)
from app.services.plans import RATES
from tests.domain.books import shown
from tests.golden import GOLDEN
from tests.make import at, sms

NOW = at("2025-12-01")
CELLS = list(product(UsageKind, Direction, LineType, Initiator))
WORDS = {
    "consumer": Initiator.CONSUMER,
    "agent": Initiator.AGENT,
    "automated": Initiator.AUTOMATION,
    "power-dialer": Initiator.POWER_DIALER,
    "inbound": Direction.INBOUND,
    "outbound": Direction.OUTBOUND,
    "minute": UsageKind.CALL_MINUTE,
    "segment": UsageKind.SMS_SEGMENT,
}


def card_of(plan: str) -> RateCard:
    """What the catalogue ships for local lines of a plan."""
    since = at("2020-01-01", "00:00")
    return {
        cell: [
            Rate(since, None, 0 if is_included(cell) else int(Decimal(RATES[cell[0]][plan]) * UNIT))
        ]
        for cell in CELLS
    }


def _cell(what: str) -> dict[str, Any]:
    words = [WORDS[word] for word in what.split() if word in WORDS]
    names = {Initiator: "initiator", Direction: "direction", UsageKind: "kind"}
    return {names[type(word)]: word for word in words}


@pytest.mark.parametrize("company", GOLDEN["companies"], ids=lambda row: row["plan"])
def test_the_usage_of_the_three_companies_comes_out(company: dict[str, Any]) -> None:
    """M2, M3: 10,000 x 0.015 is exactly 150.00, and agents and consumers cost nothing."""
    card = card_of(company["plan"].lower())

    rated = [
        (use, rate(sms(int(use["qty"]), **_cell(use["what"])), card, field="usage"))
        for use in company["usage"]
    ]

    assert [each.rate for _, each in rated] == [
        int(Decimal(use["rate"]) * UNIT) for use, _ in rated
    ]
    assert shown(sum(each.amount for _, each in rated)) == company["usage_cost"]
    assert all(each.included == (each.rate == 0) for _, each in rated)


@pytest.mark.parametrize("cell", CELLS, ids=" ".join)
def test_local_traffic_of_people_is_included_and_all_else_is_metered(cell: Cell) -> None:
    """M2: metered are toll-free and international lines, machines, power dialing and look-ups."""
    kind, _, line_type, initiator = cell
    machine = initiator in {Initiator.AUTOMATION, Initiator.POWER_DIALER, Initiator.API}

    metered = kind is UsageKind.LOOKUP or line_type is not LineType.LOCAL or machine

    assert is_included(cell) is not metered


@pytest.mark.parametrize(
    ("happened_at", "amount"),
    [
        ("2025-10-31T23:59:59.999999", 10_000),
        ("2025-11-01T00:00:00", 15_000),
        ("2025-11-30T23:59:59.999999", 15_000),
        ("2025-12-01T00:00:00", 20_000),
    ],
)
def test_the_rate_of_the_moment_counts(happened_at: str, amount: int) -> None:
    """M3: a rate is in force from its start until before its end."""
    november, december = at("2025-11-01", "00:00"), at("2025-12-01", "00:00")
    rates = [
        Rate(datetime.min.replace(tzinfo=UTC), november, 10_000),
        Rate(november, december, 15_000),
        Rate(december, None, 20_000),
    ]
    event = sms(7, happened_at=datetime.fromisoformat(f"{happened_at}+00:00"))

    rated = rate(event, {event.cell: rates}, field="usage")

    assert (rated.rate, rated.amount) == (amount, 7 * amount)


def test_an_event_without_a_rate_is_refused_and_never_free() -> None:
    before = at("2025-11-01") - timedelta(days=1)
    event = sms(happened_at=before)
    words = "no rate for SMS_SEGMENT OUTBOUND LOCAL AUTOMATION"

    with pytest.raises(InvalidInput, match=words) as too_early:
        rate(event, {event.cell: [Rate(at("2025-11-01"), None, 1)]}, field="events.3")
    with pytest.raises(InvalidInput, match=words) as never:
        rate(event, {}, field="events.3")

    assert too_early.value.field == "events.3.happenedAt"
    assert never.value.field == "events.3.kind"


@given(st.integers(1, 1_000_000), st.integers(0, UNIT))
def test_usage_is_exact_to_the_micro(quantity: int, micros: int) -> None:
    """C4: nothing is rounded per event."""
    event = sms(quantity)

    rated = rate(event, {event.cell: [Rate(at("2020-01-01"), None, micros)]}, field="usage")

    assert rated.amount == quantity * micros


def test_an_event_that_would_cost_a_fortune_is_refused() -> None:
    event = sms(1_000_000)

    with pytest.raises(InvalidInput) as refused:
        rate(
            event, {event.cell: [Rate(at("2020-01-01"), None, LIMIT // UNIT + 1)]}, field="events.0"
        )

    assert refused.value.field == "events.0.quantity"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event_id": ""}, "id"),
        ({"event_id": "x" * 201}, "id"),
        ({"event_id": "a\nb"}, "id"),
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
