"""What was agreed with a company, day by day: plan, term, minimum, prices, the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import singledispatchmethod

from tests.model.days import first_instant
from tests.simulation.facts import (
    LICENCE,
    Agreed,
    Cancelled,
    Catalogue,
    Fact,
    Negotiated,
    Resumed,
    Taxed,
    Usage,
    Wished,
)


@dataclass
class Contract:
    """`priced_on`: P2, the day whose prices hold. `following`: L7, plan and term of the renewal.

    `plans`: since when which one (M3).
    """

    catalogue: Catalogue
    zone: str
    plan: str
    term: str | None = None
    priced_on: date = date.min
    following: tuple[str, str] | None = None
    dearest: dict[str, Fraction] = field(default_factory=dict)
    ends: bool = False
    tax_rate: int = 0
    plans: list[tuple[datetime, str]] = field(default_factory=list)
    minimums: list[Agreed] = field(default_factory=list)
    negotiated: list[Negotiated] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.become(self.plan, datetime.min.replace(tzinfo=UTC))

    @singledispatchmethod
    def learn(self, fact: Fact) -> None:
        raise NotImplementedError(fact)

    @learn.register
    def _(self, fact: Agreed) -> None:
        self.minimums.append(fact)

    @learn.register
    def _(self, fact: Negotiated) -> None:
        self.negotiated.append(fact)

    @learn.register
    def _(self, fact: Cancelled) -> None:  # noqa: ARG002 - nothing more to know
        self.ends = True

    @learn.register
    def _(self, fact: Resumed) -> None:  # noqa: ARG002 - nothing more to know
        self.ends = False

    @learn.register
    def _(self, fact: Taxed) -> None:
        self.tax_rate = fact.rate

    def cost(self, event: Usage) -> Fraction:
        """M3: cents by the plan that there was when it happened."""
        plan = self.plans[0][1]
        for since, then in self.plans:
            plan = then if since <= event.happened else plan
        return self.catalogue.rate(plan, event.cell, event.happened) * event.quantity

    def begin(self, term: str, day: date) -> None:
        self.term, self.priced_on = term, day

    def renew(self, day: date) -> str | None:
        """C2, L7: the name of the next term, and its plan's prices of its first day."""
        if self.ends or self.term is None:
            return None
        self.plan, self.term = self.following or (self.plan, self.term)
        self.following, self.priced_on, self.dearest = None, day, {}
        self.become(self.plan, first_instant(day, self.zone))
        return self.term

    def wish(self, fact: Wished, day: date) -> bool:
        """L7: whether it is an upgrade. In a trial everything is as wished, at once."""
        planned_plan, planned_term = self.following or (self.plan, self.term)
        plan, term = fact.plan or planned_plan, fact.term or planned_term
        if self.term is None or term is None:
            self.become(plan, fact.at)
            return False
        if plan != self.plan and self._price(plan, LICENCE, day) >= self.price(LICENCE):
            self.following = None if term == self.term else (plan, term)
            self.become(plan, fact.at)
            self.priced_on = day
            return True
        self.following = None if (plan, term) == (self.plan, self.term) else (plan, term)
        return False

    def become(self, plan: str, at: datetime) -> None:
        self.plan = plan
        self.plans.append((at, plan))

    def price(self, component: str) -> Fraction:
        """P2: cents of one unit for a whole term."""
        return self._price(self.plan, component, self.priced_on)

    def prices(self) -> Iterator[tuple[str, Fraction]]:
        for plan, component, term in self.catalogue.prices:
            if (plan, term) == (self.plan, self.term):
                yield component, self.price(component)

    def _price(self, plan: str, component: str, on: date) -> Fraction:
        """Of what was negotiated the latest by that day, of two the last said; else the list."""
        assert self.term is not None
        cents, since = None, date.min
        for each in self.negotiated:
            ours = (each.plan, each.component, each.term) == (plan, component, self.term)
            if ours and since <= each.since <= on:
                cents, since = each.cents, each.since
        listed = self.catalogue.price(plan, component, self.term, on)
        return listed if cents is None else Fraction(cents)

    def minimum(self, first: date) -> int:
        """L1: of those agreed for the day or an earlier one the latest; of two the last said."""
        minimum, since = 0, date.min
        for each in self.minimums:
            if since <= each.since <= first:
                minimum, since = each.minimum, each.since
        return minimum
