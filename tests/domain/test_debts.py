"""Rules M7 and M8: what a settlement leaves behind, and what would have made it needless."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import debt
from app.domain.debts import (
    Carrier,
    Contributor,
    DebtStory,
    NotToppedUp,
)
from app.domain.ledger import Book, TransferKind, clear_debt
from app.domain.money import CENT, UNIT
from app.domain.periods import month_of
from app.domain.preventions import Move, preventions, replay
from app.domain.top_ups import AutoTopUp, Refusal
from app.domain.usage import UsageKind
from tests.make import dollars

START = datetime(2025, 11, 1, 12, tzinfo=UTC)
NOVEMBER = month_of(START.date())
ON = AutoTopUp(enabled=True)
OWED = st.one_of(
    st.integers(1, 2 * CENT), st.integers(1, 10**12), st.integers(1, 10**6).map(CENT.__mul__)
)


def moves(*amounts: str) -> list[Move]:
    """One a day."""
    return [Move(START + timedelta(days=n), dollars(each)) for n, each in enumerate(amounts)]


@given(OWED, st.booleans())
def test_an_invoice_and_rounding_are_the_debt(owed: int, post_paid: bool) -> None:  # noqa: FBT001
    """M7, M8, C4: together exactly what was owed; the rounding is half a cent at most."""
    charge = debt(-owed, NOVEMBER, post_paid=post_paid)

    transfers = clear_debt(charge.amount, -owed, UUID(int=1), START)

    credited = sum(each.amount for each in transfers if each.credit is Book.CREDITS)
    debited = sum(each.amount for each in transfers if each.debit is Book.CREDITS)
    rounding = [each.amount for each in transfers if Book.ROUNDING in {each.debit, each.credit}]
    asked = [each.amount for each in transfers if each.debit is Book.RECEIVABLE]
    assert credited - debited == owed
    assert sum(asked) == charge.amount
    assert sum(rounding) <= CENT // 2
    assert charge.amount % CENT == 0
    assert charge.rule == ("M8" if post_paid else "M7")


@given(st.lists(OWED, max_size=20))
def test_what_is_rounded_stays_below_half_a_cent_for_each_settlement(debts: list[int]) -> None:
    """M7: so the book of a long life stays small."""
    books = [
        clear_debt(debt(-each, NOVEMBER, post_paid=False).amount, -each, UUID(int=1), START)
        for each in debts
    ]

    total = sum(
        each.amount if each.debit is Book.ROUNDING else -each.amount
        for transfers in books
        for each in transfers
        if Book.ROUNDING in {each.debit, each.credit}
    )
    assert abs(total) <= len(debts) * CENT // 2


def test_below_half_a_cent_nothing_is_asked_for_and_all_is_accounted_for() -> None:
    """M7: 0.004999."""
    (only,) = clear_debt(0, -4_999, UUID(int=1), START)

    assert (only.debit, only.credit, only.amount) == (Book.ROUNDING, Book.CREDITS, 4_999)


def test_a_rule_is_held_against_what_happened() -> None:
    """M6: as many steps as end above the threshold, whenever the balance is at or below it."""
    found = replay(ON, 20 * UNIT, moves("-5", "-6", "-250", "30"), "UTC")

    assert (found.charges, found.charged) == (2, dollars("300"))
    assert (found.lowest, found.ended) == (dollars("-141"), dollars("89"))
    assert found.sentence == (
        "Automatic top-up by 100.00 from 10.00 on would have charged 2 times, 300.00 together, and "
        "the balance would have ended at 89.00."
    )


def test_a_rule_that_is_never_needed_charges_nothing() -> None:
    found = replay(ON, 200 * UNIT, moves("-5"), "UTC")

    assert found.sentence == (
        "Automatic top-up by 100.00 from 10.00 on would have charged nothing, and the balance "
        "would have ended at 195.00 without ever being negative."
    )


def test_caps_hold_in_the_replay_too() -> None:
    """M6: of the local day, which may be another than that of UTC."""
    late = datetime(2025, 11, 1, 23, 30, tzinfo=UTC)
    daily = AutoTopUp(enabled=True, daily_cap=100 * UNIT)
    monthly = AutoTopUp(enabled=True, monthly_cap=100 * UNIT)
    two = [Move(late, -80 * UNIT), Move(late + timedelta(hours=1), -80 * UNIT)]

    by_day = replay(daily, 20 * UNIT, two, "America/New_York")
    apart = replay(daily, 20 * UNIT, two, "UTC")
    by_month = replay(monthly, 20 * UNIT, two, "UTC")

    assert (by_day.charges, by_day.stopped) == (1, Refusal.DAILY_CAP)
    assert (apart.charges, apart.stopped) == (2, None)
    assert (by_month.charges, by_month.stopped) == (1, Refusal.MONTHLY_CAP)
    assert not by_day.prevents
    assert "its daily cap would have refused more" in by_day.sentence


@given(st.integers(0, 500), st.lists(st.integers(-400, 100), max_size=30))
def test_a_threshold_of_the_largest_debit_never_lets_it_fall_below_zero(
    opening: int, amounts: list[int]
) -> None:
    """M6: wherever the caps allow it, and with the fewest steps."""
    happened = moves(*map(str, amounts))
    wide = AutoTopUp(enabled=True, daily_cap=10**12, monthly_cap=10**13)

    found = preventions(wide, opening * UNIT, happened, "UTC")

    assert all(each.prevents for each in found)
    assert found[-1].lowest >= 0
    assert len(found) == 1 or found[0].lowest < 0


STORY = DebtStory(
    since=START,
    until=START + timedelta(days=30),
    timezone="UTC",
    post_paid=False,
    opening=0,
    added=dollars("10"),
    balance=dollars("-37.232"),
    carrier=Carrier(date(2025, 12, 1)),
    contributors=[
        Contributor(
            START.date(),
            TransferKind.USAGE,
            UsageKind.SMS_SEGMENT,
            3,
            3_149,
            dollars("47.232"),
        )
    ],
    refusals=[NotToppedUp(Refusal.NO_PAYMENT_METHOD, 2, START, START)],
)


USED = (
    "Usage has taken 47.232 since 1 November 2025; there were 0.00 of credits, 10.00 were added, "
    "and 37.232 are missing."
)


def test_a_story_in_words() -> None:
    """M7: what took it, who asks for it, and why nothing was topped up."""
    assert list(STORY.sentences()) == [
        USED,
        "3,149 SMS segments took 47.232 on 1 November 2025.",
        "The invoice of 1 December 2025 will ask for 37.23.",
        "It was not topped up on 1 November 2025, 2 times: there was no payment method.",
    ]
