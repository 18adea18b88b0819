"""Rule I4: one rate, one rounding, and every cent of it on some line."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import CENT
from app.domain.taxes import WHOLE, line_taxes, share_of_tax, tax_of
from tests.domain.books import dollars, shown

RATES = st.integers(0, WHOLE)
CENTS = st.integers(0, 10**9).map(lambda cents: cents * CENT)
RULES = st.sampled_from(("L2", "L3", "L6", "A1", "M7", "M8", "M5", "M6"))


@pytest.mark.parametrize(
    ("rate", "amounts", "taxes"),
    [
        # 19 % of 99.99 is 18.9981: 19.00. Each line's 6.3327 to the cent would make 18.99.
        (190_000, ["33.33", "33.33", "33.33"], ["6.34", "6.33", "6.33"]),
        # 7.7 % of 60.00 is 4.62; the exact shares are 0.770, 1.5477 and 2.3023.
        (77_000, ["10.00", "20.10", "29.90"], ["0.77", "1.55", "2.30"]),
        # 7.7 % of 0.10 is 0.0077: a cent, and the first of two equal lines gets it.
        (77_000, ["0.05", "0.05"], ["0.01", "0.00"]),
        # 5 % of 0.10 is half a cent, and a half goes up.
        (50_000, ["0.10"], ["0.01"]),
        (190_000, ["0.00", "70.00"], ["0.00", "13.30"]),
        (WHOLE, ["12.34"], ["12.34"]),
        (0, ["70.00", "5.00"], ["0.00", "0.00"]),
        (190_000, [], []),
    ],
)
def test_figures_worked_by_hand(rate: int, amounts: list[str], taxes: list[str]) -> None:
    """I4: the tax of the lines is the tax of the invoice."""
    found = line_taxes(rate, [("L6", dollars(each)) for each in amounts])

    assert [shown(each) for each in found] == taxes


def test_credits_that_are_bought_carry_none() -> None:
    """I4, M5: they are an advance. Debt and usage are taxed when they are invoiced (M7, M8)."""
    lines = [("M5", dollars("100")), ("M6", dollars("100")), ("M7", dollars("37.23"))]

    assert [shown(each) for each in line_taxes(190_000, lines)] == ["0.00", "0.00", "7.07"]


@given(RATES, st.lists(st.tuples(RULES, CENTS), max_size=12))
def test_the_lines_carry_exactly_the_tax_of_the_invoice(
    rate: int, lines: list[tuple[str, int]]
) -> None:
    """I4: whole cents, each less than a cent from its exact share, the sum rounded once."""
    taxes = line_taxes(rate, lines)

    net = sum(amount for rule, amount in lines if rule not in {"M5", "M6"})
    assert sum(taxes) == tax_of(net, rate)
    assert abs(Fraction(sum(taxes)) - Fraction(net * rate, WHOLE)) <= Fraction(CENT, 2)
    for (rule, amount), tax in zip(lines, taxes, strict=True):
        exact = Fraction(sum(taxes) * amount, net) if net else Fraction(0)
        assert tax % CENT == 0
        assert tax == 0 if rule in {"M5", "M6"} or not amount else abs(tax - exact) < CENT


@given(CENTS, CENTS.filter(bool), st.data())
def test_the_share_of_a_part_grows_with_it_and_ends_at_the_whole(
    tax: int, amount: int, data: st.DataObject
) -> None:
    """I3: what is given back of a line's tax is never more than the line's tax."""
    part = data.draw(st.integers(0, amount // CENT)) * CENT
    more = data.draw(st.integers(part // CENT, amount // CENT)) * CENT

    shares = [share_of_tax(tax, amount, each) for each in (0, part, more, amount)]

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, tax)
