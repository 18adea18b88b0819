"""Rule I7: whatever happens in a year, rectangles never overlap and nobody works for nothing."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import Charge, replay
from app.domain.invoices import InvoiceKind, Position, bill
from app.domain.periods import add_months
from app.domain.plans import Term
from app.domain.subscriptions import Rented, Subscription, addition, renewed, started, whole_term
from tests.domain.books import LICENSE, TERMS, book

CHANGES = st.lists(st.tuples(st.integers(0, 420), st.integers(-2, 3)), max_size=25)


@dataclass
class Year:
    """The rules alone, driven day by day as the services drive them."""

    subscription: Subscription
    users: list[date]
    charges: list[Charge] = field(default_factory=list)
    kinds: list[InvoiceKind] = field(default_factory=list)

    def held(self, day: date) -> int:
        slots = [c.slots for c in self.charges if c.slots and c.period and day in c.period]
        return max((end - 1 for _, end in slots), default=0)

    def rented(self, day: date) -> Rented:
        return Rented(LICENSE, len(self.users), self.held(day), sorted(self.users, reverse=True))

    def change(self, day: date, number: int) -> None:
        """Add users one by one, or delete the oldest but never the last."""
        for _ in range(number):
            self.users.append(day)
            charge = addition(self.subscription, book(), self.rented(day), day)
            self.charges += [charge] if charge else []
        del self.users[: min(-number, len(self.users) - 1) if number < 0 else 0]

    def first_of_month(self, day: date) -> None:
        rented = self.rented(day - timedelta(days=1))
        decided = bill(Position(day, self.subscription, [rented]), book())
        self.charges += decided.charges
        self.kinds += [] if decided.is_empty else [decided.kind]
        self.subscription = decided.subscription


def _lived(term: Term, begin: date, users: int, changes: list[tuple[int, int]]) -> Year:
    first = started("upro", "uPro", term, begin, prorates=True)
    year = Year(first, [begin] * users)
    year.charges += whole_term(first, book(), [Rented(LICENSE, users)], "L2")
    by_day: dict[int, list[int]] = {}
    for offset, number in changes:
        by_day.setdefault(offset, []).append(number)
    for offset in range(421):
        day = begin + timedelta(days=offset)
        if offset and day.day == 1:
            year.first_of_month(day)
            assert year.held(day) >= len(year.users)
        for number in by_day.get(offset, ()):
            year.change(day, number)
    return year


BEGIN = st.dates(date(2023, 1, 1), date(2025, 12, 31))


@given(TERMS, BEGIN, st.integers(1, 4), CHANGES)
def test_the_calendar_of_a_random_year_is_tiled(
    term: Term, begin: date, users: int, changes: list[tuple[int, int]]
) -> None:
    """I7: on each day the units paid for are 1 to held, each once; L5: held never falls inside
    a term; I5: each charge is what its derivation gives."""
    year = _lived(term, begin, users, changes)

    terms = {begin, *(c.period.start for c in year.charges if c.rule == "L6" and c.period)}
    for offset in range(421):
        day = begin + timedelta(days=offset)
        today = [c.slots for c in year.charges if c.slots and c.period and day in c.period]
        units = [unit for slots in today for unit in range(*slots)]
        assert sorted(units) == list(range(1, len(units) + 1))
        if day not in terms:
            assert len(units) >= year.held(day - timedelta(days=1))
    for charge in year.charges:
        assert replay(charge.rule, charge.version, charge.inputs) == charge.result


@given(TERMS, BEGIN, st.integers(1, 4))
def test_a_quiet_year_has_a_renewal_at_each_term_and_no_true_up(
    term: Term, begin: date, users: int
) -> None:
    """L4: no excess, no invoice."""
    year = _lived(term, begin, users, [])

    assert set(year.kinds) == {InvoiceKind.RENEWAL}
    assert {charge.rule for charge in year.charges} == {"L2", "L6"}


@given(TERMS, BEGIN)
def test_terms_follow_each_other_without_a_gap_and_start_on_a_1st(term: Term, begin: date) -> None:
    """C2."""
    current = started("upro", "uPro", term, begin, prorates=True)

    for _ in range(5):
        following = renewed(current)
        assert following.current.start == current.current.end
        assert following.current.start.day == 1
        assert following.current.end == add_months(following.current.start, term.months)
        current = following
