"""Rule I5: every charge keeps its derivation, and replaying it gives the same amount."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import VERSION, Charge, debt, rent, replay, top_up
from app.domain.money import CENT, UNIT
from app.domain.periods import Period, month_of
from app.domain.plans import Component
from app.domain.proration import prorate, share_of
from tests.domain.books import DAYS, LICENSE, PRICES, dollars, periods, shown

RENTS = st.builds(
    lambda rule, component, price, whole, start, units, months: rent(
        rule,
        component,
        plan="uPro",
        price=price,
        period=whole.since(min(start, whole.last)),
        whole=whole,
        slots=(1, 1 + units),
        months=months,
    ),
    rule=st.sampled_from(["L2", "L3", "L4", "L6", "A1"]),
    component=st.sampled_from(Component),
    price=PRICES,
    whole=periods(),
    start=DAYS,
    units=st.integers(1, 100_000),
    months=st.sampled_from([1, 3, 12]),
)
DEBTS = st.builds(
    lambda balance, day, post_paid: debt(balance, month_of(day), post_paid=post_paid),
    balance=st.integers(-(10**15), -1),
    day=DAYS,
    post_paid=st.booleans(),
)
TOP_UPS = st.builds(
    top_up,
    rule=st.sampled_from(["M5", "M6"]),
    amount=st.integers(100, 10**9).map(lambda cents: cents * CENT),
    steps=st.integers(1, 1_000),
)


@given(st.one_of(RENTS, DEBTS, TOP_UPS))
def test_a_charge_of_any_rule_is_replayed_from_its_stored_derivation(charge: Charge) -> None:
    """I5: through JSON, as the database keeps it."""
    stored = json.loads(json.dumps({"version": charge.version, "inputs": dict(charge.inputs)}))

    again = replay(charge.rule, stored["version"], stored["inputs"])

    assert again == charge.result
    assert again.amount == charge.amount
    assert charge.version == VERSION


@given(st.one_of(RENTS, DEBTS, TOP_UPS))
def test_a_charge_is_whole_cents_and_its_last_step_names_the_amount(charge: Charge) -> None:
    """C4, I5."""
    assert charge.result.unit % CENT == 0
    assert charge.result.steps[-1].endswith(
        f"= {charge.amount // UNIT:,}.{charge.amount // CENT % 100:02}"
    )


@given(RENTS)
def test_rent_is_the_prorated_unit_times_the_slots(charge: Charge) -> None:
    """C3, I7: the quantity is the height of the rectangle."""
    assert charge.slots is not None
    assert charge.result.quantity == charge.slots[1] - charge.slots[0]
    assert charge.amount == charge.result.unit * charge.result.quantity


def test_the_steps_of_a_part_of_a_month_show_the_whole_calculation() -> None:
    december = Period(date(2025, 12, 1), date(2026, 1, 1))
    part = december.since(date(2025, 12, 23))

    charge = rent(
        "L2", LICENSE, plan="uPro", price=70 * UNIT, period=part, whole=december, slots=(1, 4)
    )

    assert charge.description == "uPro licence, 23 Dec to 31 Dec 2025 (9 of 31 days)"
    assert charge.result.steps == ["70.00 x 9 of 31 days = 20.32", "20.32 x 3 = 60.96"]
    assert charge.result.unit == prorate(70 * UNIT, share_of(part, december))


def test_the_steps_of_a_whole_month_are_one() -> None:
    december = month_of(date(2025, 12, 1))

    charge = rent(
        "L6", LICENSE, plan="uPro", price=70 * UNIT, period=december, whole=december, slots=(1, 4)
    )

    assert charge.description == "uPro licence, 1 Dec to 31 Dec 2025"
    assert charge.result.steps == ["70.00 x 3 = 210.00"]


@pytest.mark.parametrize(
    ("balance", "owed"),
    [("-37.23", "37.23"), ("-37.2345", "37.23"), ("-37.235", "37.24"), ("-0.004999", "0.00")],
)
def test_debt_is_rounded_to_the_cent_once(balance: str, owed: str) -> None:
    """M7, C4."""
    charge = debt(dollars(balance), month_of(date(2025, 11, 1)), post_paid=False)

    assert shown(charge.amount) == owed


def test_a_top_up_is_steps_times_amount() -> None:
    """M6: -90 at a step of 100 is one charge of 200."""
    charge = top_up("M6", 100 * UNIT, 2)

    assert (charge.description, shown(charge.amount)) == ("Credits, automatic top-up", "200.00")
    assert charge.result.steps == ["100.00 x 2 = 200.00"]
    assert top_up("M5", 25 * UNIT).description == "Credits, purchase"


@pytest.mark.parametrize(("rule", "version"), [("L9", 1), ("L2", 2), ("", 1), ("C3", 1)])
def test_a_rule_that_never_existed_cannot_be_replayed(rule: str, version: int) -> None:
    with pytest.raises(KeyError):
        replay(rule, version, {"price": 1})


def test_a_derivation_that_lost_an_input_cannot_be_replayed() -> None:
    with pytest.raises(KeyError, match="months"):
        replay("L2", VERSION, {"price": UNIT, "days": 1, "of": 30, "quantity": 1})
