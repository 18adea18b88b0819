"""Rule M6: when credits are topped up, by how much, and why not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.money import UNIT
from app.domain.payments import PaymentStatus
from app.domain.top_ups import (
    AutoTopUp,
    Refusal,
    Situation,
    check_auto_top_up,
    decide,
    steps_needed,
)
from tests.domain.books import dollars
from tests.golden import GOLDEN

ON = AutoTopUp(enabled=True)
LOW = Situation(balance=0)
RULES = st.builds(
    AutoTopUp,
    enabled=st.just(True),  # noqa: FBT003
    threshold=st.integers(0, 1_000 * UNIT),
    amount=st.integers(UNIT, 1_000 * UNIT),
)
BALANCES = st.integers(-100_000 * UNIT, 2_000 * UNIT)


@pytest.mark.parametrize("row", GOLDEN["top_up"], ids=lambda row: row["balance"])
def test_the_worked_figure_comes_out(row: dict[str, Any]) -> None:
    """M6: n x amount, n = floor((threshold - balance) / amount) + 1, and nothing above it."""
    rule = replace(ON, threshold=dollars(row["threshold"]), amount=dollars(row["amount"]))

    steps = decide(rule, Situation(balance=dollars(row["balance"])))

    charge = None if row["charge"] == "null" else dollars(row["charge"])
    assert steps == (charge or 0) // rule.amount


@given(RULES, BALANCES)
def test_the_fewest_steps_end_above_the_threshold(rule: AutoTopUp, balance: int) -> None:
    """M6: one step less would not, so it is one charge and never a chain of them."""
    steps = steps_needed(rule, balance)

    assert balance + steps * rule.amount > rule.threshold
    if steps:
        assert balance + (steps - 1) * rule.amount <= rule.threshold


@pytest.mark.parametrize(
    ("rule", "now", "reason"),
    [
        (AutoTopUp(enabled=False), LOW, Refusal.OFF),
        (AutoTopUp(enabled=False), replace(LOW, post_paid=True), Refusal.OFF),
        (AutoTopUp(enabled=False, stopped=Refusal.DECLINED), LOW, Refusal.DECLINED),
        (AutoTopUp(stopped=Refusal.DECLINED), replace(LOW, closed=True), Refusal.CLOSED),
        (AutoTopUp(stopped=Refusal.POST_PAID), replace(LOW, post_paid=True), Refusal.POST_PAID),
        (AutoTopUp(stopped=Refusal.POST_PAID), LOW, Refusal.OFF),
        (ON, replace(LOW, closed=True), Refusal.CLOSED),
        (ON, replace(LOW, post_paid=True), Refusal.POST_PAID),
        (ON, replace(LOW, open_charge=PaymentStatus.SENT), Refusal.IN_FLIGHT),
        (ON, replace(LOW, has_method=False), Refusal.NO_PAYMENT_METHOD),
        (ON, replace(LOW, charged_today=901 * UNIT), Refusal.DAILY_CAP),
        (ON, replace(LOW, charged_this_month=4_901 * UNIT), Refusal.MONTHLY_CAP),
        (ON, Situation(balance=-1_000 * UNIT), Refusal.DAILY_CAP),
    ],
)
def test_a_low_balance_that_is_not_charged_has_a_reason(
    rule: AutoTopUp, now: Situation, reason: Refusal
) -> None:
    """M6: nothing stops silently."""
    assert decide(rule, now) is reason


@pytest.mark.parametrize(
    "now", [replace(LOW, charged_today=900 * UNIT), replace(LOW, charged_this_month=4_900 * UNIT)]
)
def test_a_cap_may_be_reached_but_not_passed(now: Situation) -> None:
    assert decide(ON, now) == 1


@pytest.mark.parametrize(
    "now",
    [
        replace(LOW, open_charge=PaymentStatus.SENT),
        replace(LOW, has_method=False),
        replace(LOW, post_paid=True),
    ],
)
def test_above_the_threshold_nothing_is_refused_because_nothing_is_asked(now: Situation) -> None:
    assert decide(ON, replace(now, balance=ON.threshold + 1)) == 0


@given(RULES, st.builds(Situation, balance=BALANCES, charged_today=st.integers(0, 10**10)))
def test_what_is_charged_stays_within_the_caps(rule: AutoTopUp, now: Situation) -> None:
    decided = decide(rule, now)

    if not isinstance(decided, Refusal):
        charge = decided * rule.amount
        assert charge == 0 or now.charged_today + charge <= rule.daily_cap
        assert charge == 0 or now.charged_this_month + charge <= rule.monthly_cap


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (replace(ON, threshold=-1), "threshold"),
        (replace(ON, amount=UNIT - 1), "amount"),
        (replace(ON, daily_cap=99 * UNIT), "dailyCap"),
        (replace(ON, monthly_cap=999 * UNIT), "monthlyCap"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(rule: AutoTopUp, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_auto_top_up(rule)

    assert refused.value.field == field


def test_the_default_rule_is_ten_and_a_hundred_and_off() -> None:
    """M6."""
    rule = AutoTopUp()

    check_auto_top_up(rule)

    assert (rule.enabled, rule.threshold, rule.amount) == (False, dollars("10"), dollars("100"))
