"""Rules I1, I2, I4, M7 and M8: the one invoicing function, at a cut-off."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.types import new_id
from app.domain.invoices import InvoiceKind, Position, bill, taxed
from app.domain.money import CENT, UNIT
from app.domain.plans import Price, PriceBook, Term
from app.domain.subscriptions import Rented
from app.domain.taxes import tax_of
from app.services.plans import MONTHLY
from tests.domain.books import (
    DAYS,
    LICENSE,
    NUMBER,
    SINCE,
    TERMS,
    book,
    dollars,
    shown,
    subscription,
)
from tests.golden import GOLDEN

SHIPPED = PriceBook(
    [
        Price(plan, component, Term.MONTHLY, SINCE, None, amount * UNIT)
        for component, by_plan in MONTHLY.items()
        for plan, amount in by_plan.items()
    ]
)
CUT_OFF = date(2025, 12, 1)


def monthly(*rented: Rented, **more: Any) -> Position:
    current = subscription(Term.MONTHLY, "2025-11-01", "2025-12-01")
    return Position(CUT_OFF, current, rented, **more)


def annual(*rented: Rented, **more: Any) -> Position:
    """Eleven months before it renews."""
    current = subscription(Term.ANNUAL, "2025-11-01", "2026-11-01")
    return Position(CUT_OFF, current, rented, **more)


@pytest.mark.parametrize("company", GOLDEN["companies"], ids=lambda row: row["plan"])
def test_the_subscription_of_the_three_companies_comes_out(company: dict[str, Any]) -> None:
    """P3, L6, A1: by the shipped price book; credits pay for no licence (M4)."""
    rented = (
        Rented(LICENSE, int(company["licenses"])),
        Rented(NUMBER, int(company["local_numbers"])),
    )
    position = monthly(*rented, balance=dollars(company["usage_cost"]))
    plan = replace(position.subscription, plan_id=company["plan"].lower())

    decided = bill(replace(position, subscription=plan), SHIPPED)

    assert shown(decided.total) == company["subscription"]
    assert dollars(company["subscription"]) + dollars(company["usage_cost"]) == dollars(
        company["total"]
    )


BEFORE = st.dates(date(2025, 10, 1), CUT_OFF - timedelta(days=1))
POSITIONS = st.builds(
    lambda wanted, held, additions, **more: annual(
        Rented(LICENSE, wanted, held, additions), **more
    ),
    wanted=st.integers(0, 9),
    held=st.integers(0, 9),
    additions=st.lists(BEFORE, max_size=9).map(lambda days: sorted(days, reverse=True)),
    unbilled=st.integers(0, 10**6).map(lambda cents: cents * CENT),
    balance=st.integers(-(10**9), 10**9),
    post_paid_usage=st.booleans(),
)


@given(POSITIONS)
def test_billing_twice_gives_the_same(position: Position) -> None:
    """I2: preview, dry run, replay and the real invoice are one pure function."""
    assert bill(position, book()) == bill(position, book())


@given(POSITIONS)
def test_a_bill_is_the_sum_of_its_charges_and_never_negative(position: Position) -> None:
    """I4: whole cents, also of a balance in micros."""
    decided = bill(position, book())

    charged = sum(charge.amount for charge in decided.charges)
    assert decided.total == charged + position.unbilled
    assert decided.total % CENT == 0
    assert all(charge.amount >= 0 for charge in decided.charges)


@given(POSITIONS)
def test_a_negative_balance_is_cleared_and_owed_to_the_cent(position: Position) -> None:
    """M7: the balance returns to exactly zero; a positive one is not touched (M4)."""
    decided = bill(position, book())

    owed = sum(charge.amount for charge in decided.charges if charge.rule in {"M7", "M8"})
    assert decided.clears == min(position.balance, 0)
    assert abs(owed + decided.clears) <= CENT // 2


def test_previous_debt_is_a_line_beside_the_renewal() -> None:
    """M7: 3 x 70.00 and 37.23; what is below a cent is rounded away, not carried."""
    decided = bill(monthly(Rented(LICENSE, 3, 3), balance=dollars("-37.2345")), book())

    lines = [(charge.rule, charge.description, shown(charge.amount)) for charge in decided.charges]
    assert lines == [
        ("L6", "uPro licence, 1 Dec to 31 Dec 2025", "210.00"),
        ("M7", "Previous debt, November 2025", "37.23"),
    ]
    assert (decided.kind, shown(decided.total)) == (InvoiceKind.RENEWAL, "247.23")
    assert decided.clears == dollars("-37.2345")


def test_previous_debt_comes_also_in_a_month_without_a_renewal() -> None:
    """M7: on long terms there is an invoice of its own for it."""
    decided = bill(annual(Rented(LICENSE, 3, 3), balance=dollars("-5")), book())

    assert (decided.kind, shown(decided.total)) == (InvoiceKind.TRUE_UP, "5.00")


def test_the_same_sum_is_the_usage_of_a_post_paid_account() -> None:
    """M8: accrued and invoiced monthly."""
    decided = bill(annual(balance=dollars("-6000"), post_paid_usage=True), book())

    assert [(each.rule, each.description) for each in decided.charges] == [
        ("M8", "Usage, November 2025")
    ]


@pytest.mark.parametrize("balance", ["-0.004999", "0", "12"])
def test_a_month_in_which_nothing_happened_has_no_invoice(balance: str) -> None:
    """L4: no excess, no invoice; not for half a cent either."""
    decided = bill(annual(Rented(LICENSE, 3, 3), balance=dollars(balance)), book())

    assert decided.is_empty
    assert decided.clears == min(dollars(balance), 0)


def test_a_renewal_of_nothing_is_no_invoice_but_unbilled_charges_are() -> None:
    assert bill(monthly(Rented(LICENSE, 0, 3)), book()).is_empty
    assert not bill(monthly(Rented(LICENSE, 0, 3), unbilled=CENT), book()).is_empty


def test_a_true_up_stands_beside_the_renewal_when_the_term_ends() -> None:
    """L4, L6: the old term is charged to its last day, the new one from its first."""
    current = subscription(Term.QUARTERLY, "2025-09-01", "2025-12-01")
    rented = Rented(LICENSE, 4, 3, [date(2025, 11, 23)])

    decided = bill(Position(CUT_OFF, current, [rented]), book())

    assert decided.kind is InvoiceKind.RENEWAL
    assert [(each.rule, each.slots, str(each.period)) for each in decided.charges] == [
        ("L4", (4, 5), "23 Nov to 30 Nov 2025"),
        ("L6", (1, 5), "1 Dec 2025 to 28 Feb 2026"),
    ]


def test_what_was_given_back_is_not_renewed() -> None:
    """L5, A1: fewer licences and no number from the next term on."""
    decided = bill(monthly(Rented(LICENSE, 2, 5), Rented(NUMBER, 0, 10)), book())

    assert [(each.component, each.slots) for each in decided.charges] == [(LICENSE, (1, 3))]


@given(TERMS, DAYS)
def test_the_period_of_a_bill_is_the_month_that_begins(term: Term, day: date) -> None:
    """I1: one invoice per account, period and kind."""
    cut_off = day.replace(day=1)
    current = subscription(term, "2019-11-01", "2019-12-01")

    decided = bill(Position(cut_off, current, []), book())

    assert decided.period.start == cut_off
    assert (decided.period.end.day, 28 <= decided.period.days <= 31) == (1, True)


@given(POSITIONS, st.integers(0, 1_000_000), st.lists(st.integers(0, 10**6), max_size=6))
def test_tax_comes_on_top_and_reaches_every_line(
    position: Position, rate: int, unbilled: list[int]
) -> None:
    """I4: once of the sum, and the lines, the unbilled ones first, carry all of it."""
    lines = [(new_id(), cents * CENT) for cents in unbilled]
    known = replace(position, unbilled=sum(amount for _, amount in lines), unbilled_lines=lines)

    plain, decided = bill(known, book()), bill(replace(known, tax_rate=rate), book())
    joining, fresh = taxed(replace(known, tax_rate=rate), decided)

    assert (decided.subtotal, decided.charges) == (plain.total, plain.charges)
    assert decided.tax == tax_of(plain.total, rate)
    assert len(fresh) == len(decided.charges)
    assert [charge_id for charge_id, _ in joining] == [each for each, _ in lines]
    assert sum(tax for _, tax in joining) + sum(fresh) == decided.tax or not (lines or fresh)


def test_a_bill_of_a_taxed_account_by_hand() -> None:
    """I4: 3 x 70.00 and 37.23 of debt at 19 %: 247.23 and 46.97 (46.9737), of which the debt has
    7.07 (7.0732) and the licences 39.90 (39.8990)."""
    position = monthly(Rented(LICENSE, 3, 3), balance=dollars("-37.2345"), tax_rate=190_000)

    decided = bill(position, book())

    assert (shown(decided.subtotal), shown(decided.tax)) == ("247.23", "46.97")
    assert shown(decided.total) == "294.20"
    assert [shown(tax) for tax in taxed(position, decided)[1]] == ["39.90", "7.07"]
