"""Rules P2 to P4: prices in force on a day, and the two billing policies."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refused
from app.domain.plans import POLICIES, BillingPolicy, Component, Price, PriceBook, Term
from app.domain.users import UserStatus
from tests.domain.books import DAYS, LICENSE, NUMBER, book, dollars


def _price(start: str, end: str | None, amount: str) -> Price:
    last = date.fromisoformat(end) if end else None
    return Price("upro", LICENSE, Term.MONTHLY, date.fromisoformat(start), last, dollars(amount))


@pytest.mark.parametrize(
    ("day", "amount"),
    [("2024-01-01", "70"), ("2025-11-30", "70"), ("2025-12-01", "75"), ("2030-01-01", "75")],
)
def test_the_price_in_force_on_the_day_is_taken(day: str, amount: str) -> None:
    """P2: a new price begins on its first day, and the old one ends before it."""
    prices = PriceBook([_price("2024-01-01", "2025-12-01", "70"), _price("2025-12-01", None, "75")])

    price = prices.price("upro", LICENSE, Term.MONTHLY, date.fromisoformat(day))

    assert price == dollars(amount)


@given(DAYS, st.sets(st.integers(1, 4_000), min_size=1, max_size=6))
def test_on_each_day_one_price_at_most_is_in_force(day: date, steps: set[int]) -> None:
    first = date(2019, 12, 1)
    starts = [first + timedelta(days=step) for step in sorted(steps)]
    ends = [*starts[1:], None]
    prices = [
        Price("upro", LICENSE, Term.MONTHLY, start, end, index)
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    started = [price for price in prices if price.start <= day]

    if not started:
        with pytest.raises(Refused):
            PriceBook(prices).price("upro", LICENSE, Term.MONTHLY, day)
        return
    assert PriceBook(prices).price("upro", LICENSE, Term.MONTHLY, day) == started[-1].amount


@pytest.mark.parametrize(
    ("plan", "component", "on"),
    [
        ("xpro", LICENSE, "2025-01-01"),
        ("upro", Component.AI_VOICE_BOT, "2025-01-01"),
        ("upro", NUMBER, "2019-12-31"),
    ],
)
def test_a_missing_price_is_refused_and_never_guessed(
    plan: str, component: Component, on: str
) -> None:
    """P3: what no price gives is not billed at zero."""
    with pytest.raises(Refused) as refused:
        book().price(plan, component, Term.MONTHLY, date.fromisoformat(on))

    assert refused.value.rule == "P3"
    assert component.label in refused.value.message


@pytest.mark.parametrize(
    ("policy", "billable"),
    [(BillingPolicy.LICENSE, "ACTIVE PAUSED SUSPENDED"), (BillingPolicy.ACTIVE_USERS, "ACTIVE")],
)
def test_a_policy_says_which_users_are_billed(policy: BillingPolicy, billable: str) -> None:
    """P4: by licence, pausing and suspending change nothing; otherwise active users count."""
    assert POLICIES[policy].billable == {UserStatus(each) for each in billable.split()}


def test_only_licences_are_prorated_in_the_middle_of_a_month() -> None:
    """P4: active users are a count at the cut-off."""
    assert {policy: each.prorates for policy, each in POLICIES.items()} == {
        BillingPolicy.LICENSE: True,
        BillingPolicy.ACTIVE_USERS: False,
    }


def test_terms_are_one_three_and_twelve_months() -> None:
    """C2."""
    assert [term.months for term in Term] == [1, 3, 12]


def test_every_component_has_a_name_for_people() -> None:
    assert all(component.label != component.value for component in Component)
    assert len({component.label for component in Component}) == len(Component)
