"""Licences day by day, and what was charged for them: no ranges, no quantities, no sums kept."""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from tests.model.days import DAY, days, prorated

MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}


@dataclass
class Charge:
    """One licence, the rule that charges it, its cents, and its first and last day."""

    rule: str
    cents: int
    first: date
    last: date
    invoice: int = 0  # 0: unbilled

    @property
    def told(self) -> tuple[str, int, date, date]:
        return self.rule, self.cents, self.first, self.last


@dataclass
class Invoice:
    number: int
    kind: str
    issued_on: date
    total: int


@dataclass
class Licence:
    """For each day the charge that pays for it."""

    paid: dict[date, Charge] = field(default_factory=dict)


@dataclass
class Term:
    """L2: the term that is paid for, without its `end`; a stub ends with its month."""

    name: str
    first: date
    end: date
    stub: bool = False

    @property
    def long(self) -> bool:
        return self.name != "MONTHLY" and not self.stub


@dataclass
class Books:
    """`prices`: cents for a whole term, by the term's name and the day since when (P2)."""

    prices: dict[tuple[str, date], Fraction]
    licences: list[Licence] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)

    def held(self, day: date) -> int:
        """L1: licences that are paid for on a day."""
        return sum(day in each.paid for each in self.licences)

    def on_invoice(self, number: int) -> list[Charge]:
        return [each for each in self.charges if each.invoice == number]

    def copied(self) -> "Books":
        """To try out what comes next: nothing that is done to the copy is done here."""
        licences = [Licence(dict(each.paid)) for each in self.licences]
        charges = [replace(each) for each in self.charges]
        return Books(self.prices, licences, charges, list(self.invoices))

    def pay(self, rule: str, term: Term, first: date, number: int = 1) -> None:
        """C3: licences that nobody pays for yet are paid from a day to the end of the term."""
        for _ in range(number):
            charge = Charge(rule, self._cents(term, first), first, term.end - DAY)
            self.charges.append(charge)
            licence = self._free(first, term.end)
            licence.paid |= dict.fromkeys(days(first, term.end), charge)

    def issue(self, kind: str, day: date) -> None:
        """I2: everything unbilled, if there is anything."""
        if found := self.on_invoice(0):
            number = len(self.invoices) + 1
            total = sum(each.cents for each in found)
            self.invoices.append(Invoice(number, kind, day, total))
            for each in found:
                each.invoice = number

    def _free(self, first: date, end: date) -> Licence:
        """A licence that no charge pays for on any of the days (I7)."""
        for each in self.licences:
            if not any(day in each.paid for day in days(first, end)):
                return each
        self.licences.append(Licence())
        return self.licences[-1]

    def _cents(self, term: Term, first: date) -> int:
        """L2 to L4: of the term's price, or within one month of its monthly equivalent."""
        _, price = max(
            (since, price)
            for (name, since), price in self.prices.items()
            if name == term.name and since <= term.first
        )
        if term.long:
            return prorated(price, first, (term.first, term.end))
        month = (term.first.replace(day=1), term.end)
        return prorated(price / MONTHS[term.name], first, month)
