"""Rules L1 to L6 and A1: stubs, terms, additions and true-ups."""

from datetime import date

import pytest

from app.domain.charges import Charge
from app.domain.plans import Component, Term
from app.domain.subscriptions import (
    Rented,
    Subscription,
    addition,
    renewed,
    renews,
    started,
    true_up,
    whole_term,
)
from tests.domain.books import LICENSE, NUMBER, book, shown, subscription


def day(text: str) -> date:
    return date.fromisoformat(text)


def drawn(charges: list[Charge]) -> list[tuple[str, tuple[int, int] | None, str]]:
    """First day, slots and amount: the rectangle (I7) and what it costs."""
    return [
        (str(charge.period and charge.period.start), charge.slots, shown(charge.amount))
        for charge in charges
    ]


@pytest.mark.parametrize("term", Term)
def test_a_conversion_in_the_middle_of_a_month_starts_with_a_stub(term: Term) -> None:
    """L2: to the month's end, whatever the term; the full term follows from the next 1st."""
    stub = started("upro", "uPro", term, day("2025-12-23"), prorates=True)
    full = renewed(stub)

    assert (str(stub.current.start), str(stub.current.end)) == ("2025-12-23", "2026-01-01")
    assert stub.in_month
    assert renews(stub, day("2026-01-01"))
    assert full.current.start == day("2026-01-01")
    assert full.current.end == day(
        {1: "2026-02-01", 3: "2026-04-01", 12: "2027-01-01"}[term.months]
    )


@pytest.mark.parametrize(
    ("term", "total"), [("MONTHLY", "60.96"), ("QUARTERLY", "60.96"), ("ANNUAL", "60.96")]
)
def test_a_stub_costs_the_monthly_equivalent_of_its_days(term: str, total: str) -> None:
    """L2, C3: 3 x round(70 x 9/31), although the term price is for 3 or 12 months."""
    stub = started("upro", "uPro", Term(term), day("2025-12-23"), prorates=True)

    charges = whole_term(stub, book(), [Rented(LICENSE, 3)], "L2")

    assert drawn(charges) == [("2025-12-23", (1, 4), total)]
    assert charges[0].rule == "L2"


@pytest.mark.parametrize(
    ("term", "end", "total"),
    [
        ("MONTHLY", "2026-01-01", "210.00"),
        ("QUARTERLY", "2026-03-01", "630.00"),
        ("ANNUAL", "2026-12-01", "2520.00"),
    ],
)
def test_a_conversion_on_a_1st_has_no_stub(term: str, end: str, total: str) -> None:
    """L2: the full term starts at once."""
    full = started("upro", "uPro", Term(term), day("2025-12-01"), prorates=True)

    charges = whole_term(full, book(), [Rented(LICENSE, 3)], "L2")

    assert full.current.end == day(end)
    assert drawn(charges) == [("2025-12-01", (1, 4), total)]


def test_add_ons_are_charged_beside_the_licences_by_a_rule_of_their_own() -> None:
    """A1: the same path; what is not wanted is not charged."""
    term = subscription(Term.MONTHLY, "2025-12-01", "2026-01-01")
    rented = [Rented(LICENSE, 1), Rented(NUMBER, 10), Rented(Component.AI_TEXT_BOT, 0, held=2)]

    charges = whole_term(term, book(), rented, "L6")

    assert [(each.rule, shown(each.amount)) for each in charges] == [
        ("L6", "70.00"),
        ("A1", "50.00"),
    ]


@pytest.mark.parametrize(
    ("wanted", "held", "slots", "amount"),
    [(4, 3, (4, 5), "18.67"), (6, 3, (4, 7), "56.01")],
)
def test_an_addition_is_charged_from_its_day_to_the_end_of_the_month(
    wanted: int, held: int, slots: tuple[int, int], amount: str
) -> None:
    """L3: 8 of November's 30 days; the new units stand on those that are held (I7)."""
    month = subscription(Term.MONTHLY, "2025-11-01", "2025-12-01")

    charge = addition(month, book(), Rented(LICENSE, wanted, held), day("2025-11-23"))

    assert charge is not None
    assert (charge.rule, charge.slots, shown(charge.amount)) == ("L3", slots, amount)
    assert str(charge.period) == "23 Nov to 30 Nov 2025"


def test_an_addition_in_the_stub_of_a_long_term_takes_the_monthly_equivalent() -> None:
    """L2: there is no true-up in a stub month; L3 holds."""
    stub = subscription(Term.ANNUAL, "2025-11-10", "2025-12-01")

    charge = addition(stub, book(), Rented(LICENSE, 2, 1), day("2025-11-23"))

    assert charge is not None
    assert (charge.rule, shown(charge.amount)) == ("L3", "18.67")


@pytest.mark.parametrize(
    ("term", "end", "prorates", "wanted"),
    [
        ("MONTHLY", "2025-12-01", True, 3),
        ("MONTHLY", "2025-12-01", True, 2),
        ("MONTHLY", "2025-12-01", False, 9),
        ("QUARTERLY", "2026-02-01", True, 9),
    ],
    ids=[
        "a held licence is taken again (L5)",
        "fewer than held",
        "counted at the cut-off (P4)",
        "left to the true-up (L4)",
    ],
)
def test_an_addition_costs_nothing_now(term: str, end: str, prorates: bool, wanted: int) -> None:  # noqa: FBT001
    current = subscription(Term(term), "2025-11-01", end, prorates=prorates)

    assert addition(current, book(), Rented(LICENSE, wanted, 3), day("2025-11-23")) is None


@pytest.mark.parametrize(
    ("term", "first", "end", "added", "amount"),
    [
        ("ANNUAL", "2025-01-01", "2026-01-01", "2025-11-23", "89.75"),
        ("QUARTERLY", "2025-01-01", "2025-04-01", "2025-02-10", "116.67"),
        ("ANNUAL", "2024-01-01", "2025-01-01", "2024-02-29", "704.59"),
    ],
)
def test_a_true_up_charges_from_the_day_of_the_addition_to_the_end_of_the_term(
    term: str, first: str, end: str, added: str, amount: str
) -> None:
    """L4: term price x days left / days in the term, real days."""
    current = subscription(Term(term), first, end)

    charges = list(true_up(current, book(), Rented(LICENSE, 4, 3, [day(added)])))

    assert drawn(charges) == [(added, (4, 5), amount)]
    assert charges[0].rule == "L4"


def test_a_true_up_takes_the_newest_additions_and_one_charge_for_each_day() -> None:
    """L4: held 3, wanted 6: three units, of the 23rd, the 23rd and the 10th; not of the 2nd."""
    current = subscription(Term.QUARTERLY, "2025-10-01", "2026-01-01")
    additions = [day(each) for each in ("2025-11-23", "2025-11-23", "2025-11-10", "2025-11-02")]

    charges = list(true_up(current, book(), Rented(LICENSE, 6, 3, additions)))

    assert drawn(charges) == [("2025-11-10", (4, 5), "118.70"), ("2025-11-23", (5, 7), "178.04")]


@pytest.mark.parametrize("wanted", [0, 2, 3])
def test_without_an_excess_there_is_no_true_up(wanted: int) -> None:
    """L4, L5: never negative; what was paid for stays paid for."""
    current = subscription(Term.ANNUAL, "2025-01-01", "2026-01-01")

    assert list(true_up(current, book(), Rented(LICENSE, wanted, 3, [day("2025-06-01")]))) == []


@pytest.mark.parametrize(
    ("term", "prorates"), [(Term.MONTHLY, True), (Term.ANNUAL, False)], ids=["monthly", "policy"]
)
def test_nothing_else_is_trued_up(term: Term, prorates: bool) -> None:  # noqa: FBT001
    end = {Term.MONTHLY: "2025-12-01", Term.ANNUAL: "2026-11-01"}[term]
    current = subscription(term, "2025-11-01", end, prorates=prorates)

    assert list(true_up(current, book(), Rented(LICENSE, 9, 3))) == []


@pytest.mark.parametrize("prorates", [True, False])
def test_add_ons_are_prorated_by_either_policy(prorates: bool) -> None:  # noqa: FBT001
    """A1, P4: only the licences of active users wait for the cut-off."""
    month = subscription(Term.MONTHLY, "2025-11-01", "2025-12-01", prorates=prorates)
    term = subscription(Term.QUARTERLY, "2025-10-01", "2026-01-01", prorates=prorates)
    rented = Rented(NUMBER, 3, 1, [day("2025-11-16"), day("2025-11-16")])

    added = addition(month, book(), rented, day("2025-11-16"))

    assert added is not None
    assert (added.rule, shown(added.amount)) == ("A1", "5.00")
    assert drawn(list(true_up(term, book(), rented))) == [("2025-11-16", (2, 4), "15.00")]


def test_an_addition_of_before_the_term_counts_from_its_first_day() -> None:
    current: Subscription = subscription(Term.QUARTERLY, "2025-10-01", "2026-01-01")

    charges = list(true_up(current, book(), Rented(LICENSE, 4, 3, [day("2025-09-15")])))

    assert drawn(charges) == [("2025-10-01", (4, 5), "210.00")]
