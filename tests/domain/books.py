"""Small price books, and what hypothesis draws of days and amounts."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from app.domain.money import UNIT, to_decimal
from app.domain.periods import Period
from app.domain.plans import Component, Price, PriceBook, Term
from app.domain.subscriptions import Subscription

SINCE = date(2020, 1, 1)
LICENSE, NUMBER = Component.LICENSE, Component.LOCAL_NUMBER

DAYS = st.dates(date(2019, 12, 1), date(2032, 12, 31))
PRICES = st.integers(0, 5_000 * UNIT)
TERMS = st.sampled_from(Term)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any run of days, up to a little more than a year."""
    days = sorted(draw(st.sets(st.integers(0, 400), min_size=2, max_size=2)))
    start = draw(DAYS).toordinal()
    return Period(*(date.fromordinal(start + each) for each in days))


def dollars(value: str) -> int:
    return int(Decimal(value) * UNIT)


def shown(amount: int) -> str:
    return f"{to_decimal(amount):f}"


def book(licence: str = "70", number: str = "5") -> PriceBook:
    """A monthly licence and a monthly number; longer terms without a discount."""
    return PriceBook(
        [
            Price("upro", component, term, SINCE, None, dollars(price) * term.months)
            for component, price in ((LICENSE, licence), (NUMBER, number))
            for term in Term
        ]
    )


def subscription(term: Term, first: str, end: str, *, prorates: bool = True) -> Subscription:
    current = Period(date.fromisoformat(first), date.fromisoformat(end))
    return Subscription("upro", "uPro", term, current, prorates)
