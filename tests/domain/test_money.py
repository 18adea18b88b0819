"""Rule C4: money is whole micros, and one function rounds it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.money import CENT, LIMIT, allocate, from_decimal, round_half_up, show, to_decimal

AMOUNTS = st.integers(-LIMIT, LIMIT)
WEIGHTS = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("numerator", "denominator", "cents"),
    [(12_450_000, 2, 623), (12_430_000, 2, 622), (9_999, 2, 0), (10_000, 2, 1), (0, 7, 0)],
)
def test_a_half_cent_goes_up(numerator: int, denominator: int, cents: int) -> None:
    """C3: 12.45 x 15/30 is 6.225, and that is 6.23 (half to even would give 6.22)."""
    assert round_half_up(numerator, denominator) == cents * CENT


@given(st.integers(0, LIMIT), st.integers(1, 5_000), st.sampled_from([1, CENT]))
def test_rounding_stays_within_half_a_step(numerator: int, denominator: int, step: int) -> None:
    """C4: one rounding, to a multiple of the step, and a half goes up."""
    rounded = round_half_up(numerator, denominator, step=step)

    error = Fraction(rounded) - Fraction(numerator, denominator)
    assert rounded % step == 0
    assert -Fraction(step, 2) < error <= Fraction(step, 2)


@given(st.integers(0, LIMIT // CENT), WEIGHTS)
def test_what_is_allocated_adds_up_and_is_near_the_exact_share(
    cents: int, weights: list[int]
) -> None:
    """I4: tax and discounts reach the lines without a cent lost, each less than a cent off."""
    total = cents * CENT

    shares = allocate(total, weights)

    assert sum(shares) == total
    assert all(share % CENT == 0 for share in shares)
    if sum(weights):
        exact = [Fraction(total * weight, sum(weights)) for weight in weights]
        assert all(abs(share - each) < CENT for share, each in zip(shares, exact, strict=True))
        assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if not weight)


def test_the_earlier_of_two_equal_remainders_gets_the_cent() -> None:
    assert allocate(100 * CENT, [1, 1, 1]) == [34 * CENT, 33 * CENT, 33 * CENT]


def test_without_any_weight_the_first_takes_everything() -> None:
    assert allocate(5 * CENT, [0, 0]) == [5 * CENT, 0]


@pytest.mark.parametrize(
    ("total", "weights"), [(-CENT, [1]), (CENT + 1, [1]), (CENT, []), (CENT, [2, -1])]
)
def test_an_impossible_allocation_is_an_error(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=str(total)):
        allocate(total, weights)


@given(AMOUNTS)
def test_an_amount_survives_the_way_to_decimal_and_back(micros: int) -> None:
    """C4: no micro is lost or made up between storage and the API."""
    assert from_decimal(to_decimal(micros), field="amount", places=6) == micros


@given(AMOUNTS)
def test_a_decimal_shows_two_to_six_places_and_never_an_exponent(micros: int) -> None:
    text = str(to_decimal(micros))

    assert "E" not in text
    assert 2 <= len(text.partition(".")[2]) <= 6


@pytest.mark.parametrize(
    ("micros", "text"),
    [(1_600_000_000, "1,600.00"), (15_000, "0.015"), (1, "0.000001"), (-37_230_000, "-37.23")],
)
def test_sentences_show_amounts_as_people_write_them(micros: int, text: str) -> None:
    assert show(micros) == text


@pytest.mark.parametrize(
    "typed", ["NaN", "sNaN", "Infinity", "-Infinity", "12.345", "1e-9", "1000000000.01", "9e999999"]
)
def test_what_is_no_amount_is_refused_and_named(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        from_decimal(Decimal(typed), field="amount")

    assert refused.value.field == "amount"


@pytest.mark.parametrize(("typed", "micros"), [("12.340", 12_340_000), ("1E+2", 10**8), ("-0", 0)])
def test_what_equals_an_amount_of_cents_is_taken(typed: str, micros: int) -> None:
    assert from_decimal(Decimal(typed), field="amount") == micros
