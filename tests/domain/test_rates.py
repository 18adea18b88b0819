"""Rules M2 and M3: what is included, the rate in force, the account's own, and carriers' fees."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.money import LIMIT, UNIT
from app.domain.plan_changes import PlanHistory
from app.domain.rates import AgreedRate, CarrierFees, Cells, Rate, RateBook, RateCard
from app.domain.usage import Cell, Direction, Initiator, LineType, Rated, UsageEvent, UsageKind
from app.services import carrier_fees
from app.services.plans import RATES, is_included
from tests.domain.books import shown
from tests.golden import GOLDEN
from tests.make import at, sms

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
        cell: [Rate(since, None, 0, included=True)]
        if is_included(cell)
        else [Rate(since, None, int(Decimal(RATES[cell[0]][plan]) * UNIT))]
        for cell in CELLS
    }


def shipped_fees() -> CarrierFees:
    fees: dict[str, dict[tuple[UsageKind, Direction], list[Rate]]] = {}
    for row in carrier_fees.rows():
        of = fees.setdefault(row["carrier"], {}).setdefault((row["kind"], row["direction"]), [])
        of.append(Rate(row["effective"].lower, row["effective"].upper, row["amount"]))
    return fees


def rate(
    event: UsageEvent, card: RateCard, *own: AgreedRate, field: str = "usage", **more: Any
) -> Rated:
    return RateBook(PlanHistory("upro"), {"upro": card}, own, **more).rate(event, field=field)


def _cell(what: str) -> dict[str, Any]:
    words = [WORDS[word] for word in what.split() if word in WORDS]
    names = {Initiator: "initiator", Direction: "direction", UsageKind: "kind"}
    return {names[type(word)]: word for word in words}


@pytest.mark.parametrize("company", GOLDEN["companies"], ids=lambda row: row["plan"])
def test_the_usage_of_the_three_companies_comes_out(company: dict[str, Any]) -> None:
    """M2, M3: 10,000 x 0.015 is exactly 150.00, and agents and consumers cost nothing."""
    card = card_of(company["plan"].lower())

    rated = [
        (use, rate(sms(int(use["qty"]), **_cell(use["what"])), card)) for use in company["usage"]
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
    """M3: a rate is in force from its start until before its end; its very instant counts."""
    november, december = at("2025-11-01", "00:00"), at("2025-12-01", "00:00")
    rates = [
        Rate(datetime.min.replace(tzinfo=UTC), november, 10_000),
        Rate(november, december, 15_000),
        Rate(december, None, 20_000),
    ]
    event = sms(7, happened_at=datetime.fromisoformat(f"{happened_at}+00:00"))

    rated = rate(event, {event.cell: rates})

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

    rated = rate(event, {event.cell: [Rate(at("2020-01-01"), None, micros)]})

    assert rated.amount == quantity * micros


def test_an_event_that_would_cost_a_fortune_is_refused() -> None:
    event = sms(1_000_000)

    with pytest.raises(InvalidInput) as refused:
        rate(
            event, {event.cell: [Rate(at("2020-01-01"), None, LIMIT // UNIT + 1)]}, field="events.0"
        )

    assert refused.value.field == "events.0.quantity"


def test_the_fee_of_a_carrier_comes_beside_what_is_included() -> None:
    """M2: an agent's text costs nothing, and its carrier is paid for each segment."""
    agent = sms(3, initiator=Initiator.AGENT, carrier="att")

    rated = rate(agent, card_of("upro"), fees=shipped_fees())

    assert rated == Rated(0, 0, included=True, fee_rate=3_000, fee=9_000)


@pytest.mark.parametrize(
    ("carrier", "kind", "direction", "happened_at", "fee"),
    [
        ("att", "MMS_SEGMENT", "OUTBOUND", "2024-09-30T23:59:59.999999+00:00", 5_000),
        ("att", "MMS_SEGMENT", "OUTBOUND", "2024-10-01T00:00:00+00:00", 7_500),
        ("att", "MMS_SEGMENT", "INBOUND", "2024-10-01T02:00:00+02:00", 7_500),
        ("rogers", "SMS_SEGMENT", "OUTBOUND", "2023-09-30T23:59:59+00:00", 7_800),
        ("rogers", "SMS_SEGMENT", "OUTBOUND", "2023-10-01T00:00:00+00:00", 8_400),
        ("rogers", "MMS_SEGMENT", "OUTBOUND", "2023-10-01T00:00:00+00:00", 17_000),
        ("rogers", "SMS_SEGMENT", "INBOUND", "2025-01-01T00:00:00+00:00", 0),
        ("t-mobile", "SMS_SEGMENT", "INBOUND", "2025-01-01T00:00:00+00:00", 3_000),
        ("verizon", "MMS_SEGMENT", "OUTBOUND", "2025-01-01T00:00:00+00:00", 5_000),
        ("us-cellular", "MMS_SEGMENT", "OUTBOUND", "2025-01-01T00:00:00+00:00", 10_000),
        ("t-mobile", "CALL_MINUTE", "INBOUND", "2025-01-01T00:00:00+00:00", 0),
        (None, "SMS_SEGMENT", "OUTBOUND", "2025-01-01T00:00:00+00:00", 0),
    ],
)
def test_the_fee_of_the_moment_counts(
    carrier: str | None, kind: str, direction: str, happened_at: str, fee: int
) -> None:
    """M2, M3: each carrier, kind and direction has its own; they change on a known day."""
    event = sms(
        kind=UsageKind(kind),
        direction=Direction(direction),
        carrier=carrier,
        happened_at=datetime.fromisoformat(happened_at),
    )

    assert rate(event, card_of("upro"), fees=shipped_fees()).fee == fee


def test_two_events_around_a_change_pay_each_their_own_fee() -> None:
    """M3: in one batch, with one book."""
    book = RateBook(PlanHistory("upro"), {"upro": card_of("upro")}, fees=shipped_fees())
    mms = [
        sms(2, kind=UsageKind.MMS_SEGMENT, carrier="att", happened_at=at(day, time))
        for day, time in (("2024-09-30", "23:59"), ("2024-10-01", "00:00"), ("2024-09-01", "00:00"))
    ]

    assert [book.rate(each, field="usage").fee for each in mms] == [10_000, 15_000, 10_000]


def test_an_unknown_carrier_is_refused_and_the_known_ones_named() -> None:
    event = sms(carrier="AT&T")

    with pytest.raises(InvalidInput, match="att, rogers, t-mobile, us-cellular, verizon") as told:
        rate(event, card_of("upro"), field="events.2", fees=shipped_fees())

    assert told.value.field == "events.2.carrier"


@pytest.mark.parametrize("cell", CELLS, ids=" ".join)
def test_calls_and_texts_abroad_post_when_the_day_ends(cell: Cell) -> None:
    """M2: look-ups, and all that is not abroad, at once."""
    kind, _, line_type, _ = cell
    event = UsageEvent("event", *cell, 1, at("2025-11-01"))

    abroad = line_type is LineType.INTERNATIONAL and kind is not UsageKind.LOOKUP

    assert rate(event, card_of("upro")).deferred is abroad


def _agreed(amount: int | None, on: str = "2025-11-01", *cells: Any, **more: Any) -> AgreedRate:
    plan = more.pop("plan", None)
    return AgreedRate(plan, Cells(*cells), at(on, "00:00"), amount, **more)


SMS = UsageKind.SMS_SEGMENT


@pytest.mark.parametrize(
    ("own", "amount"),
    [
        ([_agreed(9_000)], 9_000),
        ([_agreed(9_000, "2025-11-02")], 15_000),
        ([_agreed(9_000, "2025-11-01", SMS)], 9_000),
        ([_agreed(9_000, "2025-11-01", UsageKind.LOOKUP)], 15_000),
        ([_agreed(9_000, plan="upro")], 9_000),
        ([_agreed(9_000, plan="xpro")], 15_000),
        ([_agreed(9_000), _agreed(8_000)], 8_000),
        ([_agreed(9_000, "2025-10-01", SMS), _agreed(8_000)], 8_000),
        ([_agreed(9_000, "2025-10-01"), _agreed(None)], 15_000),
        ([_agreed(0, included=True)], 0),
    ],
)
def test_a_negotiated_rate_comes_before_the_plan_s(own: list[AgreedRate], amount: int) -> None:
    """M3, P2: from its instant on; of two that reach it the latest word; nothing: the plan's."""
    event = sms(2, happened_at=at("2025-11-01", "00:00"))

    rated = rate(event, card_of("upro"), *own)

    assert (rated.rate, rated.amount) == (amount, 2 * amount)
    assert rated.included is any(each.included for each in own)


def test_what_is_included_stays_so_unless_it_is_named_whole() -> None:
    """M2: "all texts at 0.009" means those that are metered."""
    agent = sms(initiator=Initiator.AGENT)

    assert rate(agent, card_of("upro"), _agreed(9_000, "2025-11-01", SMS)).included
    named = rate(agent, card_of("upro"), _agreed(9_000, "2025-11-01", *agent.cell))
    assert (named.rate, named.included) == (9_000, False)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_the_plan_of_the_moment_counts(seconds: int) -> None:
    """M3, L7: the very instant of a change belongs to the new plan."""
    changed = at("2025-11-15")
    cards = {each: card_of(each) for each in ("upro", "xpro")}
    book = RateBook(PlanHistory("upro", [(changed, "xpro")]), cards)

    rated = book.rate(sms(happened_at=changed + timedelta(seconds=seconds)), field="usage")

    assert rated.rate == (15_000 if seconds < 0 else 12_000)


_DAYS = [at("2025-11-01", "00:00") + timedelta(days=number) for number in range(6)]
_instants = st.sampled_from(_DAYS)


@st.composite
def _rates(draw: st.DrawFn) -> list[Rate]:
    """Some that follow each other, with gaps."""
    ends = sorted(draw(st.sets(_instants, max_size=4)))
    return [
        Rate(start, end, draw(st.integers(1, 99)), included=False)
        for start, end in pairwise([*ends, None])
        if start is not None and draw(st.booleans())
    ]


def _naive(
    plans: PlanHistory,
    cards: dict[str, list[Rate]],
    own: list[AgreedRate],
    fees: list[Rate],
    event: UsageEvent,
) -> tuple[int, int] | None:
    """Everything looked through from the end, for one event."""
    plan = plans.first
    for since, to in plans.changes:
        plan = to if since <= event.happened_at else plan
    amount = None
    for rate in cards[plan]:
        if rate.start <= event.happened_at < (rate.end or _DAYS[-1] + timedelta(days=99)):
            amount = rate.amount
    listed = amount
    for agreed in own:
        if agreed.start <= event.happened_at and agreed.plan_id in {None, plan}:
            amount = listed if agreed.amount is None else agreed.amount
    fee = 0
    for rate in fees:
        if rate.start <= event.happened_at < (rate.end or _DAYS[-1] + timedelta(days=99)):
            fee = rate.amount
    return None if amount is None else (amount, fee)


@given(
    changes=st.lists(st.tuples(_instants, st.sampled_from(["upro", "xpro"])), max_size=3),
    cards=st.fixed_dictionaries({"upro": _rates(), "xpro": _rates()}),
    own=st.lists(
        st.builds(
            AgreedRate,
            st.sampled_from([None, "upro", "xpro"]),
            st.just(Cells()),
            _instants,
            st.one_of(st.none(), st.integers(0, 99)),
        ),
        max_size=4,
    ),
    fees=_rates(),
    times=st.lists(st.tuples(_instants, st.integers(-1, 1)), min_size=1, max_size=8),
)
def test_a_book_finds_what_a_search_finds(
    changes: list[tuple[datetime, str]],
    cards: dict[str, list[Rate]],
    own: list[AgreedRate],
    fees: list[Rate],
    times: list[tuple[datetime, int]],
) -> None:
    """M3: whatever was asked of the book before; also a moment before and after each change."""
    plans = PlanHistory("upro", sorted(changes, key=lambda each: each[0]))
    own = sorted(own, key=lambda each: each.start)
    cell = sms().cell
    book = RateBook(
        plans,
        {plan: {cell: rates} for plan, rates in cards.items()},
        own,
        {"att": {cell[:2]: fees}},
    )

    for day, moment in times:
        event = sms(carrier="att", happened_at=day + timedelta(microseconds=moment))
        expected = _naive(plans, cards, own, fees, event)
        if expected is None:
            with pytest.raises(InvalidInput):
                book.rate(event, field="usage")
        else:
            rated = book.rate(event, field="usage")
            assert (rated.rate, rated.fee_rate) == expected
