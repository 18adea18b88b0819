"""Every invoice of a company from what has happened to it, walked day by day from the rules.

It shares no code with the engine. Money is cents in fractions.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import singledispatchmethod
from math import floor

from tests.model.days import DAY, days, local_day, months_later, next_first
from tests.simulation.books import MONTHS, Books, Term
from tests.simulation.facts import (
    LICENCE,
    Agreed,
    Bought,
    Came,
    Catalogue,
    Converted,
    Fact,
    Refills,
    Rented,
    Story,
    Used,
    Went,
)


def recompute(story: Story, catalogue: Catalogue, until: date) -> Books:
    """Up to the cut-off `until`: on a 1st the bill comes first, then what happens on it."""
    walk = Walk(story, catalogue)
    by_day: dict[date, list[Fact]] = defaultdict(list)
    for fact in story.facts:
        by_day[local_day(fact.at, story.zone)].append(fact)
    for day in days(min(by_day), until + DAY):
        if day.day == 1:
            walk.bill(day)
        if day < until:
            for fact in by_day[day]:
                walk.live(fact, day)
    return walk.books


@dataclass
class Walk:
    """`wanted`: for each unit that is wanted its day; `added`: for each that ever was added."""

    story: Story
    catalogue: Catalogue
    books: Books = field(default_factory=Books)
    people: dict[int, date] = field(default_factory=dict)
    wanted: Counter[str] = field(default_factory=Counter)
    added: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    minimums: list[Agreed] = field(default_factory=list)
    refills: Refills | None = None
    term: Term | None = None

    @singledispatchmethod
    def live(self, fact: Fact, day: date) -> None:
        raise NotImplementedError(fact)

    @live.register
    def _(self, fact: Came, day: date) -> None:
        self.people[fact.person] = day
        self.add(LICENCE, day)

    @live.register
    def _(self, fact: Went, day: date) -> None:  # noqa: ARG002 - L5: what is held stays held
        del self.people[fact.person]

    @live.register
    def _(self, fact: Rented, day: date) -> None:
        self.wanted[fact.component] += fact.number
        self.added[fact.component] += [day] * fact.number
        self.add(fact.component, day)

    @live.register
    def _(self, fact: Converted, day: date) -> None:
        end = months_later(day, MONTHS[fact.term]) if day.day == 1 else next_first(day)
        self.term = Term(fact.term, day, end)
        self.pay_for_all("L2", self.term)
        self.books.issue("INITIAL", day)

    @live.register
    def _(self, fact: Agreed, day: date) -> None:  # noqa: ARG002 - it says its own day
        self.minimums.append(fact)

    @live.register
    def _(self, fact: Used, day: date) -> None:
        rate = self.catalogue.rate(self.story.plan, fact.cell, fact.happened)
        self.books.balance -= rate * fact.quantity
        self.refill(day)

    @live.register
    def _(self, fact: Bought, day: date) -> None:
        self.books.top_up("M5", fact.cents, day)

    @live.register
    def _(self, fact: Refills, day: date) -> None:
        self.refills = fact
        self.refill(day)

    def refill(self, day: date) -> None:
        """M6: the fewest steps that end above the threshold, in one charge."""
        if self.refills and self.books.balance <= self.refills.threshold:
            steps = 1
            while self.books.balance + steps * self.refills.amount <= self.refills.threshold:
                steps += 1
            self.books.top_up("M6", steps * self.refills.amount, day)

    def needs(self, component: str) -> int:
        return len(self.people) if component == LICENCE else self.wanted[component]

    def add(self, component: str, day: date) -> None:
        """L3, A1: what exceeds the held units is charged; long terms and P4's users wait."""
        counted = component == LICENCE and self.story.policy == "ACTIVE_USERS"
        if self.term and not self.term.long and not counted:
            while self.needs(component) > self.books.held(component, day):
                self.pay("L3", component, self.term, day)

    def pay(self, rule: str, component: str, term: Term, first: date) -> None:
        """P2: at the price of the term's first day."""
        price = self.catalogue.price(self.story.plan, component, term.name, term.first)
        rule = rule if component == LICENCE else "A1"
        self.books.pay(rule, component, term.cents(price, first), first, term.end)

    def pay_for_all(self, rule: str, term: Term) -> None:
        """L2, L6: everything that is wanted, and no licence less than the minimum."""
        for _ in range(max(self.minimum(term.first), len(self.people))):
            self.pay(rule, LICENCE, term, term.first)
        for component, number in self.wanted.items():
            for _ in range(number):
                self.pay(rule, component, term, term.first)

    def minimum(self, first: date) -> int:
        """L1: of those agreed for the day or an earlier one the latest; of two the last said."""
        minimum, since = 0, date.min
        for each in self.minimums:
            if since <= each.since <= first:
                minimum, since = each.minimum, each.since
        return minimum

    def bill(self, day: date) -> None:
        """I2: the true-up, the renewal, previous debt; what was unbilled stands beside them."""
        if self.term is None:
            return
        term, kind = self.term, "TRUE_UP"
        if term.long:
            self.true_up(term, day)
        if term.end == day:
            kind = "RENEWAL"
            self.term = Term(term.name, day, months_later(day, MONTHS[term.name]))
            self.pay_for_all("L6", self.term)
        self.books.issue(kind, day, self.carry_debt())

    def true_up(self, term: Term, day: date) -> None:
        """L4: the newest additions, as many as are beyond what is held, each from its own day."""
        for component in [LICENCE, *self.wanted]:
            excess = self.needs(component) - self.books.held(component, day - DAY)
            added = self.people.values() if component == LICENCE else self.added[component]
            for since in sorted(added, reverse=True)[: max(0, excess)]:
                self.pay("L4", component, term, max(since, term.first))

    def carry_debt(self) -> Fraction:
        """M7, M8: to the cent, and the balance is zero again."""
        owed = max(Fraction(0), -self.books.balance)
        if cents := floor(owed + Fraction(1, 2)):
            rule = "M8" if self.story.post_paid else "M7"
            self.books.unbilled[rule, None, cents, None, None] += 1
        self.books.balance += owed
        return owed
