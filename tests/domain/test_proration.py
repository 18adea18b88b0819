"""Rule C3: unit = half-up cent of price x days left / days in period; line = unit x quantity."""

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import CENT
from app.domain.periods import Period
from app.domain.proration import Share, prorate, share_of
from tests.domain.books import PRICES, dollars, periods, shown
from tests.golden import GOLDEN


@st.composite
def split(draw: st.DrawFn) -> tuple[Period, list[Period]]:
    """A period and the parts that some days cut it into."""
    whole = draw(periods())
    first, end = whole.start.toordinal(), whole.end.toordinal()
    cuts = {first, end, *draw(st.sets(st.integers(first, end), max_size=12))}
    days = [date.fromordinal(each) for each in sorted(cuts)]
    return whole, [Period(*each) for each in pairwise(days)]


def _golden(row: dict[str, Any]) -> str:
    return f"{row['rule']} {row['price']} from {row['from']}"


@pytest.mark.parametrize("row", GOLDEN["proration"], ids=_golden)
def test_the_worked_figure_comes_out_to_the_cent(row: dict[str, Any]) -> None:
    first, last = (date.fromisoformat(each) for each in row["period"])
    whole = Period(first, date.fromordinal(last.toordinal() + 1))

    share = share_of(whole.since(date.fromisoformat(row["from"])), whole)
    unit = prorate(dollars(row["price"]), share)

    assert [share.days, share.of] == [int(each) for each in row["days"]]
    assert (shown(unit), shown(unit * int(row["qty"]))) == (row["unit"], row["line"])


@given(split())
def test_the_shares_of_a_split_period_add_up_to_one(case: tuple[Period, list[Period]]) -> None:
    """C3: no day is paid for twice and none for nothing, before anything is rounded."""
    whole, parts = case

    shares = [share_of(part, whole) for part in parts]

    assert sum(Fraction(share.days, share.of) for share in shares) == 1


@given(split(), PRICES)
def test_the_parts_of_a_price_are_within_a_cent_each_of_the_whole(
    case: tuple[Period, list[Period]], price: int
) -> None:
    whole, parts = case

    amounts = [prorate(price, share_of(part, whole)) for part in parts]

    assert all(amount % CENT == 0 for amount in amounts)
    assert abs(sum(amounts) - price) <= CENT * len(parts)


@given(periods(), st.sampled_from([1, 3, 12]), st.integers(0, 5_000))
def test_the_whole_period_costs_the_whole_price(period: Period, months: int, monthly: int) -> None:
    """C3: nothing is rounded away from a price in cents; a term price is for all its months."""
    price = monthly * CENT

    assert prorate(price * months, share_of(period, period), months=months) == price


@given(PRICES, st.integers(2, 366), st.data())
def test_a_day_more_never_costs_less(price: int, of: int, data: st.DataObject) -> None:
    days = data.draw(st.integers(1, of - 1))

    assert prorate(price, Share(days, of)) <= prorate(price, Share(days + 1, of))


@pytest.mark.parametrize(("days", "of"), [(0, 31), (-1, 31), (32, 31), (1, 0)])
def test_a_share_is_never_nothing_and_never_more_than_the_whole(days: int, of: int) -> None:
    with pytest.raises(ValueError, match=str(of)):
        Share(days, of)


def test_the_unit_is_rounded_and_the_line_is_not() -> None:
    """C3: 20.32 x 3 is 60.96, although 70 x 9/31 x 3 is 60.97."""
    unit = prorate(dollars("70"), Share(9, 31))

    assert shown(unit * 3) == "60.96"


@pytest.mark.parametrize(
    ("price", "months", "unit"), [("210", 3, "20.32"), ("840", 12, "20.32"), ("199.50", 3, "19.31")]
)
def test_a_stub_of_a_long_term_takes_the_monthly_equivalent(
    price: str, months: int, unit: str
) -> None:
    """L2: 9 of December's 31 days at a third or a twelfth of the term price, rounded once."""
    assert shown(prorate(dollars(price), Share(9, 31), months=months)) == unit
