"""Safety bounds of bills: far from usual waits for a person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bounds import Bounds, measure, unusual
from app.domain.invoices import Position, bill
from app.domain.money import UNIT
from app.domain.periods import Period, add_months
from app.domain.plans import Component, Price, PriceBook, Term
from app.domain.subscriptions import Rented, Subscription

BOUNDS = Bounds(factor=5, floor=1_000 * UNIT)
PRICES = PriceBook(
    [
        Price("upro", Component.LICENSE, term, date.min, None, 70 * term.months * UNIT)
        for term in Term
    ]
)


@pytest.mark.parametrize(
    ("measured", "earlier", "parks"),
    [
        (5_000, [1_000, 1_000, 1_000], False),
        (5_001, [1_000, 1_000, 1_000], True),
        (5_001, [1_000, 1_000], False),
        (1_000, [0, 0, 0], False),
        (1_001, [0, 0, 0], True),
        (5_001, [1_000, 9_000, 1_000], True),
        (5_001, [9_000, 1_000, 9_000], False),
    ],
)
def test_more_than_five_times_the_median_of_three_months_is_unusual(
    measured: int, earlier: list[int], *, parks: bool
) -> None:
    """Above a floor, and only where there are three months to compare with."""
    dollars = [each * UNIT for each in earlier]

    found = unusual(measured * UNIT, measured * UNIT, dollars, BOUNDS, accepted=False)

    assert (found is not None) is parks
    assert unusual(measured * UNIT, measured * UNIT, dollars, BOUNDS, accepted=True) is None


@pytest.mark.parametrize("accepted", [True, False])
def test_a_total_below_nothing_is_never_sent(*, accepted: bool) -> None:
    found = unusual(-1, 0, [], BOUNDS, accepted=accepted)

    assert found is not None
    assert "less than nothing" in found


@given(st.sampled_from([Term.QUARTERLY, Term.ANNUAL]), st.integers(1, 500), st.integers(0, 11))
def test_each_month_of_a_long_term_measures_about_the_same(
    term: Term, licenses: int, month: int
) -> None:
    """Renewal or not: a month is a month, within what months differ in days."""
    start = date(2025, 1, 1)
    current = Period(start, add_months(start, term.months))
    cut_off = add_months(start, month % term.months + 1)
    position = Position(
        cut_off=cut_off,
        subscription=Subscription("upro", "uPro", term, current),
        rented=[Rented(Component.LICENSE, licenses, licenses)],
    )

    found = measure(bill(position, PRICES), position, PRICES)

    usual = licenses * 70 * UNIT
    assert usual * 95 <= found * 100 <= usual * 105
