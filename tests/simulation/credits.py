"""Credits of a company: what usage takes, what tops them up, and the debt of a month."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from tests.simulation.books import Books, Invoice
from tests.simulation.facts import Refills


@dataclass
class Credits:
    """Cents, exactly. `refills`: the rule of automatic top-ups, if there is one."""

    books: Books
    balance: Fraction = Fraction(0)
    refills: Refills | None = None

    def use(self, cents: Fraction, day: date) -> None:
        """M4: what has happened is always posted."""
        self.balance -= cents
        self.refill(day)

    def refill(self, day: date) -> None:
        """M6: the fewest steps that end above the threshold, in one charge."""
        if self.refills and self.balance <= self.refills.threshold:
            steps = 1
            while self.balance + steps * self.refills.amount <= self.refills.threshold:
                steps += 1
            self.top_up("M6", steps * self.refills.amount, day)

    def top_up(self, rule: str, cents: int, day: date) -> None:
        """M5: an invoice of its own, beside everything else."""
        self.balance += cents
        line = (rule, None, cents, None, None)
        self.books.invoices.append(Invoice("TOP_UP", day, Counter({line: 1})))

    def settle(self, *, post_paid: bool) -> None:
        """M8: before the way of paying changes, for whatever invoice comes next."""
        owed = self.carry_debt(post_paid=post_paid)
        self.books.settled += floor(owed + Fraction(1, 2))

    def carry_debt(self, *, post_paid: bool) -> Fraction:
        """M7, M8: to the cent, and the balance is zero again."""
        owed = max(Fraction(0), -self.balance)
        if cents := floor(owed + Fraction(1, 2)):
            self.books.unbilled["M8" if post_paid else "M7", None, cents, None, None] += 1
        self.balance += owed
        return owed
