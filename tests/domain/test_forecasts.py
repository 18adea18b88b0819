"""Forecasts and previews are the invoicing function, called on what it has left behind."""

from datetime import date, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from app.domain.forecasts import Ground, forecast, in_force
from app.domain.invoices import Position
from app.domain.money import CENT
from app.domain.periods import Period, add_months
from app.domain.plans import Term
from app.domain.previews import compare
from app.domain.subscriptions import Rented, Subscription
from tests.domain.books import LICENSE, NUMBER, TERMS, book, shown

TODAY = date(2025, 11, 16)
CUT_OFF = date(2025, 12, 1)


def position(term: Term, wanted: int, held: int, additions: list[date], months: int) -> Position:
    """At the cut-off of 1 December, `months` after the term has begun."""
    start = add_months(CUT_OFF, -months)
    current = Period(start, add_months(start, term.months))
    rented = [Rented(LICENSE, wanted, held, additions), Rented(NUMBER, 2, 2)]
    return Position(CUT_OFF, Subscription("upro", "uPro", term, current), rented)


@st.composite
def positions(draw: st.DrawFn) -> Position:
    term = draw(TERMS)
    months = draw(st.integers(1, term.months))
    held = draw(st.integers(1, 6))
    more = 0 if term is Term.MONTHLY else draw(st.integers(0, 3))
    days = st.dates(date(2025, 11, 1), TODAY)
    additions = sorted(draw(st.lists(days, min_size=more, max_size=more)), reverse=True)
    return position(term, held + more, held, additions, months)


MINIMUMS = st.lists(
    st.tuples(st.sampled_from([add_months(CUT_OFF, n) for n in range(15)]), st.integers(0, 9)),
    max_size=3,
).map(lambda found: sorted(found, key=lambda each: each[0]))


@given(positions(), MINIMUMS)
def test_every_month_follows_from_the_one_before(
    given_position: Position, minimums: list[tuple[date, int]]
) -> None:
    """C2, L4 to L6: a renewal each term and in between nothing new, because nobody comes."""
    term = given_position.subscription.term
    found = list(islice(forecast(given_position, book(), minimums), 25))

    assert [each.cut_off for each in found] == [add_months(CUT_OFF, n) for n in range(25)]
    renewals = [each for each in found if each.bill.kind == "RENEWAL"]
    assert len(renewals) == 25 // term.months or len(renewals) == 25 // term.months + 1
    for each in found[1:]:
        assert each.bill.is_empty == (each.bill.kind != "RENEWAL")
    wanted = given_position.rented[0].wanted
    for each in renewals:
        (licenses,) = [c for c in each.bill.charges if c.component is LICENSE and c.rule == "L6"]
        assert licenses.result.quantity == max(wanted, in_force(minimums, each.cut_off))


@given(positions(), MINIMUMS, st.sampled_from([-1, 0, 1]))
def test_a_change_and_its_opposite_are_seen_alike(
    given_position: Position, minimums: list[tuple[date, int]], more: int
) -> None:
    """What is shown before is what is there; a change of nothing changes nothing."""
    ground = Ground(given_position, book(), minimums, TODAY)
    since = given_position.rented[0].additions
    before, after = compare(ground, more, since[0] if since else date(2025, 1, 1))

    assert before.licenses.occupied + more == after.licenses.occupied
    assert after.unbilled - before.unbilled == (after.charge.amount if after.charge else 0)
    assert {each.total % CENT for side in (before, after) for each in side.invoices} <= {0}
    if more == 0:
        assert before == after
    by_day = {each.issued_on: each.total for each in before.invoices}
    for each in after.invoices:
        difference = each.total - by_day.get(each.issued_on, 0)
        assert difference * more >= 0


def test_a_floor_counts_from_its_day_on() -> None:
    """L1: of two for one day the later one; before the first there is none."""
    minimums = [(CUT_OFF, 5), (CUT_OFF, 3), (add_months(CUT_OFF, 2), 8)]

    days = (CUT_OFF - timedelta(days=1), CUT_OFF, add_months(CUT_OFF, 1), add_months(CUT_OFF, 2))
    assert [in_force(minimums, day) for day in days] == [0, 3, 3, 8]


def test_an_annual_account_shows_its_true_up_and_two_renewals() -> None:
    """L4: 840 x 46/365 for the new one, at the renewals a licence more."""
    start = position(Term.ANNUAL, 3, 3, [], 11)

    before, after = compare(Ground(start, book(), [], TODAY), 1)

    assert [(str(each.issued_on), shown(each.total)) for each in before.invoices] == [
        ("2026-01-01", "2640.00"),
        ("2027-01-01", "2640.00"),
    ]
    assert [(str(each.issued_on), shown(each.total)) for each in after.invoices] == [
        ("2025-12-01", "105.86"),
        ("2026-01-01", "3480.00"),
        ("2027-01-01", "3480.00"),
    ]
