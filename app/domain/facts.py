"""Rule I5: a charge as it is stored, and what the append-only histories say of its instant.

Nothing here is a copy that was kept for the purpose: the histories are read when somebody asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum, auto
from uuid import UUID

from app.domain.charges import Inputs
from app.domain.money import Micros
from app.domain.periods import Period, add_months, month_of
from app.domain.plans import POLICIES, BillingPolicy, Component, Term
from app.domain.subscriptions import Subscription
from app.domain.usage_spans import NOTHING, UsageSpan


@dataclass(frozen=True, slots=True)
class Posted:
    """`issued_at`: when its invoice was issued; None while it is unbilled. Amounts in micros."""

    account_id: UUID
    id: UUID
    rule: str
    version: int
    inputs: Inputs
    steps: Sequence[str]
    description: str
    component: Component | None
    quantity: int
    amount: Micros
    period: Period | None
    slots: tuple[int, int] | None
    posted_at: datetime
    issued_at: datetime | None
    upgrade: int = 0

    @property
    def is_of_a_bill(self) -> bool:
        """Made by its invoice; any other charge had to wait for one."""
        return self.issued_at == self.posted_at


@dataclass(frozen=True, slots=True)
class PaidTerm:
    """The term that the charge's first day lies in; `begun_at` and `rule` of its licences."""

    period: Period
    begun_at: datetime
    rule: str

    @property
    def in_month(self) -> bool:
        """As of a subscription: additions are charged at once."""
        return self.period.days <= month_of(self.period.start).days


@dataclass(frozen=True, slots=True)
class Upgrade:
    """L7: what made the charge at its instant; `priced_on`: the day of the prices before it."""

    id: UUID
    plan_id: str
    plan_name: str
    priced_on: date | None
    at: datetime
    actor: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Floor:
    """L1: the contracted minimum that was in force."""

    minimum: int
    effective_on: date
    contract: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """M5, M6: the payment behind a top-up, in `step`s, and the balance that it was decided at."""

    id: UUID
    amount: Micros
    step: Micros
    balance: Micros
    created_at: datetime
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class Credits:
    """M7: the credits at the month's first instant, what was added in it, what was left of it.

    `late`: debits of the month's last minute, which may have been on their way. `since`: the first
    instant, or that of the last settlement within the month (M8), and `turn` the id of what it was
    settled for: of that instant only what is later counts.
    """

    opening: Micros
    added: Micros
    balance: Micros
    late: Micros = 0
    since: datetime | None = None
    turn: UUID | None = None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """M8: since when usage is paid afterwards."""

    at: datetime
    contract: str | None
    reason: str
    actor: str


class Way(Enum):
    """By which of its ways an account came to rent what a charge is for."""

    CONVERSION = auto()
    RENEWAL = auto()
    ADDITION = auto()
    TRUE_UP = auto()
    UPGRADE = auto()


_WAYS = {
    "L2": Way.CONVERSION,
    "L3": Way.ADDITION,
    "L4": Way.TRUE_UP,
    "L6": Way.RENEWAL,
    "L7": Way.UPGRADE,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """`day`: the local day on which the charge was posted. `statuses`: users by state when it was.

    `units`: of an add-on, with the changes of that instant and without them. `held`: units that
    other charges had paid for, for a charge that comes alone and for one of a true-up, which does
    not count its neighbours. `dearest`: the highest price that was paid in the term before an
    upgrade. `additions`: local day and number, newest first (L4).
    `is_imported`: the contracts of that time were not kept. The plan is the one of that instant,
    `priced_on` the day of its prices if they are not those of the term's first; `upgrade`: what
    was changed then, from another plan. `afterwards`: usage was paid afterwards then (M8).
    """

    charge: Posted
    timezone: str
    currency: str
    customer_since: date
    day: date
    plan_id: str
    plan_name: str
    policy: BillingPolicy
    term: Term
    priced_on: date | None = None
    upgrade: Upgrade | None = None
    paid_term: PaidTerm | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    units: tuple[int, int] = (0, 0)
    held: tuple[int, int] = (0, 0)
    dearest: Micros = 0
    additions: Sequence[tuple[date, int]] = ()
    floor: Floor | None = None
    is_imported: bool = False
    credits: Credits | None = None
    paid: Paid | None = None
    afterwards: Afterwards | None = None

    @property
    def month(self) -> Period:
        """Whose usage it is: of a bill that before its day, else its own."""
        first = add_months(self.day, -1 if self.charge.is_of_a_bill else 0)
        return month_of(first)

    @property
    def usage_span(self) -> UsageSpan | None:
        """M7, M8: what it is for. A cut-off does not see what came at its instant; what is settled
        before it does."""
        charge, had = self.charge, self.credits
        if had is None or had.since is None:
            return None
        last = NOTHING if charge.is_of_a_bill else charge.id
        return UsageSpan(
            charge.account_id,
            had.since,
            charge.posted_at,
            self.timezone,
            had.turn or NOTHING,
            last,
        )

    @property
    def occupied(self) -> int:
        billable = POLICIES[self.policy].billable
        return sum(number for status, number in self.statuses.items() if status in billable)

    @property
    def minimum(self) -> int:
        return self.floor.minimum if self.floor else 0

    @property
    def way(self) -> Way | None:
        """A1 goes all ways: with the licences of its term, or after them."""
        charge, term = self.charge, self.paid_term
        if charge.rule != "A1" or term is None:
            return _WAYS.get(charge.rule)
        if charge.is_of_a_bill and term.begun_at == charge.posted_at:
            return Way.CONVERSION if term.rule == "L2" else Way.RENEWAL
        return Way.ADDITION if term.in_month else Way.TRUE_UP

    @property
    def wanted(self) -> int:
        """Occupied licences or units of an add-on; a cut-off does not see what came with it."""
        if self.charge.component is Component.LICENSE:
            return self.occupied
        strictly = self.way in {Way.RENEWAL, Way.TRUE_UP} and self.charge.is_of_a_bill
        return self.units[1] if strictly else self.units[0]

    @property
    def held_before(self) -> int:
        return self.held[1] if self.way is Way.TRUE_UP else self.held[0]

    @property
    def old_plan(self) -> Upgrade | None:
        """What an upgrade charges is charged by the plan before it, and so is the difference."""
        settled = self.way is Way.TRUE_UP and not self.charge.is_of_a_bill
        return self.upgrade if settled or self.way is Way.UPGRADE else None

    def subscription(self, current: Period) -> Subscription:
        """By the plan and the prices that the charge was made from."""
        old = self.old_plan
        plan_id, name = (old.plan_id, old.plan_name) if old else (self.plan_id, self.plan_name)
        priced_on = old.priced_on if old else self.priced_on
        prorates = POLICIES[self.policy].prorates
        return Subscription(
            plan_id, name, self.term, current, prorates, priced_on=priced_on or current.start
        )

    def upgraded(self, current: Period) -> Subscription:
        """L7: the same after the upgrade."""
        return replace(
            self.subscription(current),
            plan_id=self.plan_id,
            plan_name=self.plan_name,
            priced_on=self.day,
            upgrades=self.charge.upgrade,
        )
