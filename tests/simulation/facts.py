"""What has happened to a company, for the naive recomputation: no figure of a bill is in here."""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import TypeAlias

LICENCE = "LICENSE"
Cell: TypeAlias = tuple[str, str, str, str]
"""Kind, direction, line type and initiator of usage."""


@dataclass(frozen=True)
class Fact:
    at: datetime


@dataclass(frozen=True)
class Came(Fact):
    """A person needs a licence from now on."""

    person: int


@dataclass(frozen=True)
class Went(Fact):
    """A person needs none any more."""

    person: int


@dataclass(frozen=True)
class Rented(Fact):
    """Units of an add-on, given back if the number is negative."""

    component: str
    number: int


@dataclass(frozen=True)
class Converted(Fact):
    term: str


@dataclass(frozen=True)
class Agreed(Fact):
    """L1: a contracted minimum, and the first day of the first term that it is for."""

    minimum: int
    since: date


@dataclass(frozen=True)
class Wished(Fact):
    """L7: for another plan, another term, or both."""

    plan: str | None
    term: str | None


@dataclass(frozen=True)
class Cancelled(Fact):
    """What is paid for ends with its term."""


@dataclass(frozen=True)
class Resumed(Fact):
    """As if it had not been cancelled."""


@dataclass(frozen=True)
class Negotiated(Fact):
    """P2: a price of its own in cents from a day on, or the list's again."""

    plan: str
    component: str
    term: str
    since: date
    cents: int | None


@dataclass(frozen=True)
class PaidAfterwards(Fact):
    """M8: usage is accrued from now on, or it is not any more."""

    usage: bool


@dataclass(frozen=True)
class Taxed(Fact):
    """I4: the rate of invoices from now on, in millionths."""

    rate: int


@dataclass(frozen=True)
class Usage:
    """M3: at the rate of when it happened."""

    cell: Cell
    quantity: int
    happened: datetime


@dataclass(frozen=True)
class Used(Fact):
    """M4: what was posted together."""

    events: tuple[Usage, ...]


@dataclass(frozen=True)
class Bought(Fact):
    """M5: credits, in cents."""

    cents: int


@dataclass(frozen=True)
class Refills(Fact):
    """M6: from now on credits are topped up, in cents."""

    threshold: int
    amount: int


@dataclass(frozen=True)
class Catalogue:
    """P2: cents by plan, component, term and since when; rates by plan, cell and instant."""

    prices: dict[tuple[str, str, str], dict[date, Fraction]]
    rates: dict[tuple[str, Cell], dict[datetime, Fraction]]

    def price(self, plan: str, component: str, term: str, on: date) -> Fraction:
        found = self.prices[plan, component, term]
        return found[max(since for since in found if since <= on)]

    def rate(self, plan: str, cell: Cell, at: datetime) -> Fraction:
        found = self.rates[plan, cell]
        return found[max(since for since in found if since <= at)]


@dataclass
class Story:
    """A company, the plan of its sign-up, and what happened to it, oldest first."""

    policy: str
    plan: str
    zone: str
    post_paid: bool
    facts: list[Fact] = field(default_factory=list)
