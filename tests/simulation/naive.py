"""Every invoice of a company from what has happened to it, walked day by day from the rules.

It shares no code with the engine. Money is cents in fractions.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property, singledispatchmethod

from tests.model.days import DAY, days, local_day, months_later, next_first
from tests.simulation.books import MONTHS, Books, Term
from tests.simulation.contract import Contract
from tests.simulation.credits import Credits
from tests.simulation.facts import (
    LICENCE,
    Bought,
    Came,
    Catalogue,
    Converted,
    Fact,
    PaidAfterwards,
    Refills,
    Rented,
    Story,
    Used,
    Went,
    Wished,
)


def recompute(story: Story, catalogue: Catalogue, until: date) -> "Walk":
    """Up to the cut-off `until` and with it."""
    walk = walked(story, catalogue, until)
    walk.bill(until)
    return walk


def walked(story: Story, catalogue: Catalogue, until: date) -> "Walk":
    """Up to the day before: on a 1st the bill comes first, then what happens on it."""
    contract = Contract(catalogue, story.zone, story.plan)
    walk = Walk(story, contract, post_paid=story.post_paid)
    by_day: dict[date, list[Fact]] = defaultdict(list)
    for fact in story.facts:
        by_day[local_day(fact.at, story.zone)].append(fact)
    for day in days(min(by_day), until):
        if day.day == 1:
            walk.bill(day)
        for fact in by_day[day]:
            walk.live(fact, day)
    return walk


@dataclass
class Walk:
    """`people`: who needs a licence, and since when. `added`: the day of each unit ever added."""

    story: Story
    contract: Contract
    books: Books = field(default_factory=Books)
    people: dict[int, date] = field(default_factory=dict)
    wanted: Counter[str] = field(default_factory=Counter)
    added: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    term: Term | None = None
    upgrades: int = 0
    post_paid: bool = False

    @cached_property
    def credits(self) -> Credits:
        return Credits(self.books)

    @singledispatchmethod
    def live(self, fact: Fact, day: date) -> None:  # noqa: ARG002 - what else there may be
        self.contract.learn(fact)

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
        self.contract.begin(fact.term, day)
        end = months_later(day, MONTHS[fact.term]) if day.day == 1 else next_first(day)
        self.term = Term(fact.term, day, end)
        self.pay_for_all("L2", self.term)
        self.books.issue("INITIAL", day, self.contract.tax_rate)

    @live.register
    def _(self, fact: Wished, day: date) -> None:
        """L7: what is dearer or equal at once, everything else at the renewal."""
        old = dict(self.contract.prices()) if self.term else {}
        if self.contract.wish(fact, day) and self.term:
            if self.term.long:
                self.true_up(self.term, old, day)
            self.upgrade(self.term, old, day)

    @live.register
    def _(self, fact: Used, day: date) -> None:
        self.credits.use(sum(map(self.contract.cost, fact.events), Fraction(0)), day)

    @live.register
    def _(self, fact: Bought, day: date) -> None:
        self.credits.top_up("M5", fact.cents, day)

    @live.register
    def _(self, fact: PaidAfterwards, day: date) -> None:  # noqa: ARG002 - it counts at once
        """M7, M8: what is owed is settled by the way it was used; nothing is topped up then."""
        self.credits.settle(post_paid=self.post_paid)
        self.post_paid = fact.usage
        if fact.usage:
            self.credits.refills = None

    @live.register
    def _(self, fact: Refills, day: date) -> None:
        self.credits.refills = fact
        self.credits.refill(day)

    def needs(self, component: str) -> int:
        return len(self.people) if component == LICENCE else self.wanted[component]

    def add(self, component: str, day: date) -> None:
        """L3, A1: what exceeds the held units is charged; long terms and P4's users wait."""
        counted = component == LICENCE and self.story.policy == "ACTIVE_USERS"
        if self.term and not self.term.long and not counted:
            while self.needs(component) > self.books.held(component, day):
                self.pay("L3", component, self.term, day)

    def pay(self, rule: str, component: str, term: Term, first: date) -> None:
        self.pay_at(self.contract.price(component), rule, component, term, first)

    def pay_at(self, price: Fraction, rule: str, component: str, term: Term, first: date) -> None:
        rule = rule if component == LICENCE else "A1"
        self.books.pay(rule, component, term.cents(price, first), (first, term.end))

    def pay_for_all(self, rule: str, term: Term) -> None:
        """L2, L6: everything that is wanted, and no licence less than the minimum."""
        for _ in range(max(self.contract.minimum(term.first), len(self.people))):
            self.pay(rule, LICENCE, term, term.first)
        for component, number in self.wanted.items():
            for _ in range(number):
                self.pay(rule, component, term, term.first)

    def bill(self, day: date) -> None:
        """I2: the true-up, the renewal, previous debt; what was unbilled stands beside them. Of
        what is closed the debt alone, a trial pays nothing."""
        if self.term is None and not self.contract.ends:
            return
        kind = "TRUE_UP" if self.term is None else self.rent(self.term, day)
        cleared = self.credits.carry_debt(post_paid=self.post_paid)
        self.books.issue(kind, day, self.contract.tax_rate, cleared)

    def rent(self, term: Term, day: date) -> str:
        """The kind of the invoice."""
        if term.long:
            self.true_up(term, dict(self.contract.prices()), day - DAY)
        if term.end == day:
            self.term, self.upgrades = None, 0
            if name := self.contract.renew(day):
                self.term = Term(name, day, months_later(day, MONTHS[name]))
                self.pay_for_all("L6", self.term)
                return "RENEWAL"
        return "TRUE_UP"

    def true_up(self, term: Term, prices: dict[str, Fraction], day: date) -> None:
        """L4: the newest additions, as many as are beyond what is held, each from its own day."""
        for component in [LICENCE, *self.wanted]:
            excess = self.needs(component) - self.books.held(component, day)
            added = self.people.values() if component == LICENCE else self.added[component]
            for since in sorted(added, reverse=True)[: max(0, excess)]:
                first = max(since, term.first)
                self.pay_at(prices[component], "L4", component, term, first)

    def upgrade(self, term: Term, old: dict[str, Fraction], day: date) -> None:
        """L7: the difference for each unit that is held, from now to the end of the term."""
        self.upgrades += 1
        for component, price in old.items():
            held = self.books.held(component, day)
            before = max(price, self.contract.dearest.get(component, price))
            more = self.contract.price(component) - before
            if held:
                self.contract.dearest[component] = max(before, before + more)
            for _ in range(held if more > 0 else 0):
                cents = term.cents(more, day)
                self.books.pay("L7", component, cents, (day, term.end), self.upgrades)
