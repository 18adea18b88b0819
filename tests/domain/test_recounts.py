"""Rule I5: what was charged against what the histories say; each difference by its name."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.charges import Charge, debt, difference, replay, top_up
from app.domain.facts import Afterwards, Credits, Facts, Floor, Paid, Upgrade
from app.domain.money import UNIT
from app.domain.periods import Period, month_of
from app.domain.plans import Price, PriceBook, Term
from app.domain.recounts import check, recount, replayed
from tests.domain.books import LICENSE, NUMBER, SINCE, book, dollars
from tests.domain.posted import NOVEMBER, USER, facts, instant, licences, posted, term

DECEMBER = month_of(date(2025, 12, 1))
YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
ON = date(2025, 11, 23)
BOOK = book()


def tampered(found: Facts, **inputs: int) -> Facts:
    """Other inputs, and a charge that follows from them: replaying it finds nothing."""
    charge = found.charge
    given = {**charge.inputs, **inputs}
    result = replay(charge.rule, charge.version, given)
    first = charge.slots[0] if charge.slots else 0
    other = replace(
        charge,
        inputs=given,
        quantity=result.quantity,
        amount=result.amount,
        slots=charge.slots and (first, first + result.quantity),
    )
    return replace(found, charge=other)


def renewal(number: int, **more: Any) -> Facts:
    charge = posted(licences("L6", DECEMBER, number), DECEMBER.start)
    return facts(charge, DECEMBER.start, **{"statuses": {"ACTIVE": number}, **more})


def addition(**more: Any) -> Facts:
    charge = posted(licences("L3", NOVEMBER.since(ON), 1, first=4), ON)
    return facts(charge, ON, **{"statuses": {"ACTIVE": 4}, "held": (3, 3), **more})


def true_up(**more: Any) -> Facts:
    charge = licences("L4", YEAR.since(ON), 2, first=4, whole=YEAR, price=840 * UNIT)
    values: dict[str, Any] = {
        "term": Term.ANNUAL,
        "paid_term": term(YEAR),
        "statuses": {"ACTIVE": 6},
        "held": (6, 3),
        "additions": [(date(2025, 11, 25), 1), (ON, 2), (YEAR.start, 3)],
    }
    on = DECEMBER.start
    return facts(posted(charge, on, issued_at=instant(on)), on, **{**values, **more})


def conversion(**more: Any) -> Facts:
    charge = posted(licences("L2", NOVEMBER.since(ON), 10), ON)
    floor = Floor(10, ON, None, instant(ON))
    return facts(charge, ON, **{"statuses": {"ACTIVE": 7}, "floor": floor, **more})


def upgrade(**more: Any) -> Facts:
    charge = difference(
        LICENSE,
        plans=("iPro", "uPro"),
        prices=(40 * UNIT, 70 * UNIT),
        period=NOVEMBER.since(ON),
        whole=NOVEMBER,
        held=3,
        months=1,
        upgrade=1,
    )
    old = Upgrade(USER, "ipro", "iPro", None, instant(ON), "Ada", None)
    return facts(posted(charge, ON), ON, **{"held": (3, 3), "upgrade": old, **more})


def both_plans() -> PriceBook:
    prices = (("ipro", 40), ("upro", 70))
    return PriceBook(
        [Price(plan, LICENSE, Term.MONTHLY, SINCE, None, each * UNIT) for plan, each in prices]
    )


def bought(**more: Any) -> Facts:
    paid = Paid(USER, 200 * UNIT, 100 * UNIT, 0, instant(ON), instant(ON))
    return facts(posted(top_up("M6", 100 * UNIT, 2), ON), ON, **{"paid": paid, **more})


def owed(rule: str, balance: str, **more: Any) -> Facts:
    charge = debt(dollars("-37.23"), NOVEMBER, post_paid=rule == "M8")
    found = Credits(0, 0, dollars(balance), **more)
    on, terms = DECEMBER.start, Afterwards(instant(NOVEMBER.start), None, "Large", "Ada")
    return facts(
        posted(charge, on, issued_at=instant(on)),
        on,
        credits=found,
        afterwards=terms if rule == "M8" else None,
    )


@pytest.mark.parametrize(
    "found",
    [
        conversion(),
        renewal(3),
        addition(),
        true_up(),
        bought(),
        owed("M7", "-37.23"),
        owed("M8", "-37.23"),
    ],
    ids=lambda found: found.charge.rule,
)
def test_what_the_histories_give_is_equal(found: Facts) -> None:
    """L2 to L6, M6 to M8."""
    again = check(found, BOOK)

    assert (again.equal, again.told, again.amount) == (True, None, found.charge.amount)


def test_an_upgrade_is_counted_again() -> None:
    """L7: from the prices of both plans and what was held."""
    assert check(upgrade(), both_plans()).equal
    assert recount(upgrade(held=(2, 2)), both_plans()).differences == (
        "quantity: 3 charged, 2 by the histories",
        "units: 1 to 3 charged, 1 to 2 by the histories",
        "amount: 24.00 charged, 16.00 by the histories",
    )
    assert recount(upgrade(upgrade=None), both_plans()).told == (
        "the histories give no such charge: the plan was not changed then"
    )


@pytest.mark.parametrize(
    ("inputs", "differences"),
    [
        (
            {"price": 71 * UNIT},
            ("price: 71.00 charged, 70.00 by the histories",
             "amount: 213.00 charged, 210.00 by the histories"),
        ),
        (
            {"quantity": 4},
            ("quantity: 4 charged, 3 by the histories",
             "units: 1 to 4 charged, 1 to 3 by the histories",
             "amount: 280.00 charged, 210.00 by the histories"),
        ),
        (
            {"days": 30},
            ("days: 30 charged, 31 by the histories",
             "amount: 203.22 charged, 210.00 by the histories"),
        ),
        (
            {"months": 3},
            ("months: 3 charged, 1 by the histories",
             "amount: 69.99 charged, 210.00 by the histories"),
        ),
    ],
)  # fmt: skip
def test_an_input_that_was_tampered_with_is_named(
    inputs: dict[str, int], differences: tuple[str, ...]
) -> None:
    """The derivation alone is consistent: only the histories know better."""
    found = tampered(renewal(3), **inputs)

    assert replayed(found.charge) is None
    assert recount(found, BOOK).differences == differences
    assert check(found, BOOK).amount == 210 * UNIT


def test_a_day_that_was_moved_is_named() -> None:
    """L3."""
    charge = posted(licences("L3", NOVEMBER.since(date(2025, 11, 21)), 1, first=4), ON)

    assert recount(replace(addition(), charge=charge), BOOK).differences == (
        "days: 10 charged, 8 by the histories",
        "period: 21 Nov to 30 Nov 2025 charged, 23 Nov to 30 Nov 2025 by the histories",
        "amount: 23.33 charged, 18.67 by the histories",
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            renewal(3, statuses={"ACTIVE": 2}),
            "quantity: 3 charged, 2 by the histories; units: 1 to 3 charged, 1 to 2 by the",
        ),
        (
            addition(statuses={"ACTIVE": 3}),
            "nothing is to be charged: 3 wanted, 3 held, minimum 0",
        ),
        (
            addition(paid_term=None),
            "the histories give no such charge: no term is paid for on its first day",
        ),
        (
            true_up(additions=[(date(2025, 11, 24), 3), (YEAR.start, 3)]),
            "quantity: 2 charged, 3 by the histories",
        ),
        (
            conversion(floor=None),
            "quantity: 10 charged, 7 by the histories",
        ),
        (renewal(3, statuses={}), "nothing is to be charged: 0 wanted, 0 held, minimum 0"),
        (bought(paid=None), "no payment that has succeeded is for it"),
        (
            bought(paid=Paid(USER, 100 * UNIT, 100 * UNIT, 0, instant(ON), instant(ON))),
            "steps: 2 charged, 1 by the histories; amount: 200.00 charged, 100.00 by the histories",
        ),
        (
            owed("M7", "-38"),
            "balance: -37.23 charged, -38.00 by the histories; amount: 37.23 charged, 38.00",
        ),
    ],
)
def test_a_history_that_says_otherwise_is_named(found: Facts, told: str) -> None:
    again = recount(found, BOOK)

    assert again.equal is False
    assert told in str(again.told)


def test_a_price_that_is_gone_is_named() -> None:
    """P3."""
    assert "Plan upro has no monthly price for a licence" in str(
        recount(renewal(3), PriceBook([])).told
    )


def test_the_price_is_that_of_the_terms_first_day() -> None:
    """P2: a later price is none of a term that has begun."""
    later = date(2025, 12, 1)
    prices = PriceBook(
        [
            Price("upro", LICENSE, Term.MONTHLY, SINCE, later, 70 * UNIT),
            Price("upro", LICENSE, Term.MONTHLY, later, None, 80 * UNIT),
        ]
    )

    assert recount(addition(), prices).equal
    assert recount(renewal(3), prices).told == (
        "price: 70.00 charged, 80.00 by the histories; amount: 210.00 charged, 240.00 by the "
        "histories"
    )
    assert recount(addition(priced_on=date(2025, 11, 1)), prices).equal


def test_a_renewal_that_was_posted_on_another_day_is_none() -> None:
    """C2."""
    assert recount(replace(renewal(3), day=ON), BOOK).equal is False


def test_where_the_contract_was_not_kept_nobody_guesses() -> None:
    """L1: an account that came with a migration knows its minimum only from then on."""
    found = conversion(floor=None, is_imported=True)

    again = recount(found, BOOK)

    assert (again.equal, again.amount) == (None, None)
    assert "was imported" in str(again.told)
    assert recount(tampered(found, price=71 * UNIT), BOOK).equal is False


@pytest.mark.parametrize(
    ("balance", "late", "equal"),
    [("-37.24", "0.01", None), ("-37.24", "0.00", False), ("-38.00", "0.01", False)],
)
def test_usage_on_its_way_at_the_cut_off(balance: str, late: str, equal: bool | None) -> None:  # noqa: FBT001
    """M7: a late event belongs to the next period, whatever its instant."""
    assert recount(owed("M7", balance, late=dollars(late)), BOOK).equal is equal


def test_a_rule_that_nobody_knows() -> None:
    charge = replace(posted(licences("L6", DECEMBER, 1), DECEMBER.start), rule="L9")
    other = replace(posted(top_up("M5", UNIT), ON), rule="M9")

    assert "the rule L9" in str(recount(facts(charge, DECEMBER.start), BOOK).told)
    assert "the rule M9" in str(recount(facts(other, ON), BOOK).told)
    assert str(replayed(other)).startswith("the derivation cannot be computed (KeyError")


def test_an_amount_that_does_not_follow_is_told_first() -> None:
    found = renewal(3)
    wrong = replace(found, charge=replace(found.charge, amount=UNIT))

    assert check(wrong, BOOK).differences[0] == (
        "amount: 1.00 charged, the derivation gives 210.00"
    )


def _add_on(charge: Charge, on: date, *, issued: bool, **more: Any) -> Facts:
    made = posted(charge, on, issued_at=instant(on) if issued else None)
    return facts(made, on, **more)


def test_add_ons_go_every_way() -> None:
    """A1: with the conversion, with a renewal, within a month, in a true-up."""
    five, begun = 5 * UNIT, instant(NOVEMBER.start)
    whole = licences("A1", NOVEMBER, 2, price=five, component=NUMBER)
    part = licences("A1", NOVEMBER.since(ON), 1, first=3, price=five, component=NUMBER)
    long = licences("A1", YEAR.since(ON), 1, first=3, whole=YEAR, price=60 * UNIT, component=NUMBER)
    annual = {"term": Term.ANNUAL, "paid_term": term(YEAR), "additions": [(ON, 1)]}
    found = [
        _add_on(whole, NOVEMBER.start, issued=True, units=(2, 0),
                paid_term=term(NOVEMBER, "L2", begun)),
        _add_on(whole, NOVEMBER.start, issued=True, units=(9, 2),
                paid_term=term(NOVEMBER, "L6", begun)),
        _add_on(part, ON, issued=False, units=(3, 2), held=(2, 2)),
        _add_on(long, DECEMBER.start, issued=True, units=(9, 3), held=(3, 2), **annual),
        _add_on(long, DECEMBER.start, issued=False, units=(3, 9), held=(3, 2), **annual),
    ]  # fmt: skip

    assert [recount(each, BOOK).told for each in found] == [None] * 5
