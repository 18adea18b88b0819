"""Units day by day, and a line for each unit that is charged: no ranges, quantities or sums."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import TypeAlias

from tests.model.days import DAY, days, months_later, prorated

MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}
Line: TypeAlias = tuple[str, str | None, int, date | None, date | None]
"""Rule, component, cents, first and last day of one unit."""

Layer: TypeAlias = tuple[str, int]
"""A component: 0 is the unit itself, n its n-th upgrade within the term."""


@dataclass(frozen=True)
class Term:
    """L2: the days that are paid for, without `end`; a stub ends with its month."""

    name: str
    first: date
    end: date

    @property
    def long(self) -> bool:
        return months_later(self.first.replace(day=1), 1) < self.end

    def cents(self, price: Fraction, first: date) -> int:
        """C3, L2: a share of a long term's price, or within a month of its monthly equivalent."""
        if self.long:
            return prorated(price, first, (self.first, self.end))
        month = (self.first.replace(day=1), self.end)
        return prorated(price / MONTHS[self.name], first, month)


@dataclass
class Invoice:
    kind: str
    issued_on: date
    lines: Counter[Line]
    cleared: Fraction = Fraction(0)
    tax_rate: int = 0
    settled: int = 0

    @property
    def tax(self) -> int:
        """I4: of the sum, half a cent goes up."""
        return floor(Fraction(self.subtotal * self.tax_rate, 1_000_000) + Fraction(1, 2))

    @property
    def subtotal(self) -> int:
        return sum(line[2] * times for line, times in self.lines.items())


@dataclass
class Books:
    """For each component its units, for each unit the days that are paid for (I7); and credits."""

    units: dict[Layer, list[set[date]]] = field(default_factory=dict)
    unbilled: Counter[Line] = field(default_factory=Counter)
    invoices: list[Invoice] = field(default_factory=list)
    settled: int = 0

    def held(self, component: str, day: date) -> int:
        return sum(day in unit for unit in self.units.get((component, 0), ()))

    def pay(
        self, rule: str, component: str, cents: int, paid_for: tuple[date, date], upgrade: int = 0
    ) -> None:
        """One unit that nobody pays for yet, from its first day to the end of its term.

        What upgrades cost is as if another thing were rented beside the unit (I7).
        """
        first, end = paid_for
        self.unbilled[rule, component, cents, first, end - DAY] += 1
        units = self.units.setdefault((component, upgrade), [])
        paid = set(days(first, end))
        free = next((unit for unit in units if not paid & unit), None)
        if free is None:
            units.append(free := set())
        free |= paid

    def issue(self, kind: str, day: date, tax: int, cleared: Fraction = Fraction(0)) -> None:
        """I2: everything that is unbilled, if there is anything; and the cents of cleared debt.
        What was `settled` before is receivable already."""
        if self.unbilled:
            self.invoices.append(Invoice(kind, day, self.unbilled, cleared, tax, self.settled))
            self.unbilled, self.settled = Counter(), 0

    def calendar(self) -> Iterator[tuple[Layer, date]]:
        """Each day of each unit that is paid for."""
        for layer, units in self.units.items():
            for unit in units:
                yield from ((layer, day) for day in unit)
