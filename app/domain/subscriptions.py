"""Rules L1 to L7 and A1: what a subscription pays for, and from when.

Licences and add-ons follow one path: a rented thing has a number that is `wanted` (occupied
licences, the add-on's quantity) and a number that is `held`, paid for in the current term. Held
never falls inside a term, and what is held can be reused at no charge.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.domain.charges import Charge, rent
from app.domain.errors import Refused
from app.domain.money import Micros
from app.domain.periods import Period, add_months, month_of, term_from
from app.domain.plans import Component, PriceBook, Term


@dataclass(frozen=True, slots=True)
class Rented:
    """`wanted`: occupied licences, or the quantity of an add-on. `minimum`: what the next renewal
    bills at least; what the current term began with is held. `additions`: the local day of each
    addition that may still be unpaid, newest first. `dearest`: the highest price of a unit that
    was paid in this term, in micros; only an upgrade asks for it."""

    component: Component
    wanted: int
    held: int = 0
    additions: Sequence[date] = ()
    minimum: int = 0
    dearest: Micros = 0

    @property
    def renewed(self) -> int:
        return max(self.minimum, self.wanted)

    @property
    def excess(self) -> int:
        return max(0, self.wanted - self.held)


@dataclass(frozen=True, slots=True)
class Following:
    """L7: the plan and term that the next renewal begins with, where somebody asked for others."""

    plan_id: str
    plan_name: str
    term: Term


@dataclass(frozen=True, slots=True)
class Subscription:
    """`current` is the paid term: a stub until the first 1st, then one full term after another.

    `priced_on`: the day whose prices hold until the next renewal, the term's first or that of an
    upgrade. `upgrades`: how many there were in this term. `ends`: cancelled, it does not renew.
    """

    plan_id: str
    plan_name: str
    term: Term
    current: Period
    prorates: bool = True
    priced_on: date = date.min
    following: Following | None = None
    upgrades: int = 0
    ends: bool = False

    def price(self, prices: PriceBook, component: Component) -> Micros:
        """P2: a price changes with a renewal or an upgrade, never in between."""
        day = max(self.priced_on, self.current.start)
        return prices.price(self.plan_id, component, self.term, day)

    @property
    def in_month(self) -> bool:
        """True for monthly terms and for the stub of a long one: additions follow L3."""
        return self.current.days <= month_of(self.current.start).days

    @property
    def equivalent(self) -> int:
        """How many months the term price is for, where a month of it is charged (L2, L3)."""
        return self.term.months if self.in_month else 1


def started(plan_id: str, plan_name: str, term: Term, on: date, *, prorates: bool) -> Subscription:
    """L2: the stub from `on` to the month's end; on a 1st there is none, the full term starts."""
    whole = month_of(on)
    current = term_from(on, term.months) if on == whole.start else whole.since(on)
    return Subscription(plan_id, plan_name, term, current, prorates, priced_on=on)


def renews(subscription: Subscription, cut_off: date) -> bool:
    return subscription.current.end <= cut_off and not subscription.ends


def closes(subscription: Subscription, cut_off: date) -> bool:
    """A cancelled subscription is over at the end of what was paid for."""
    return subscription.current.end <= cut_off and subscription.ends


def renewed(subscription: Subscription) -> Subscription:
    """C2, L7: the next full term starts where the current one ends, which is a 1st."""
    s = subscription
    now = s.following or Following(s.plan_id, s.plan_name, s.term)
    current = Period(s.current.end, add_months(s.current.end, now.term.months))
    return Subscription(
        now.plan_id, now.plan_name, now.term, current, s.prorates, priced_on=current.start
    )


def _rule(component: Component, rule: str) -> str:
    return rule if component is Component.LICENSE else "A1"


def whole_term(
    s: Subscription, prices: PriceBook, rented: Iterable[Rented], rule: str
) -> list[Charge]:
    """L2 (the initial invoice) and L6 (a renewal): everything wanted, for the current term."""
    whole, months = month_of(s.current.start) if s.in_month else s.current, s.equivalent
    return [
        rent(
            _rule(each.component, rule),
            each.component,
            plan=s.plan_name,
            price=s.price(prices, each.component),
            period=s.current,
            whole=whole,
            slots=(1, 1 + each.renewed),
            months=months,
        )
        for each in rented
        if each.renewed > 0
    ]


def _costs_at_once(s: Subscription, rented: Rented) -> bool:
    """P4: of an account billed by active users only the licences wait for the next cut-off."""
    return s.prorates or rented.component is not Component.LICENSE


def addition(s: Subscription, prices: PriceBook, rented: Rented, on: date) -> Charge | None:
    """L3: what exceeds `held` becomes held, charged from `on` to the month's end, invoiced later.

    None where nothing is to pay now: a licence is free to be reused (L5), the true-up will see to
    it (L4), or the policy bills a count at the cut-off only (P4).
    """
    if not rented.excess or not s.in_month or not _costs_at_once(s, rented):
        return None
    return rent(
        _rule(rented.component, "L3"),
        rented.component,
        plan=s.plan_name,
        price=s.price(prices, rented.component),
        period=s.current.since(on),
        whole=month_of(s.current.start),
        slots=(rented.held + 1, rented.held + 1 + rented.excess),
        months=s.equivalent,
    )


def true_up(s: Subscription, prices: PriceBook, rented: Rented) -> Iterator[Charge]:
    """L4: the excess becomes held, newest additions first, each from its own day to the term's end.

    One charge per day of addition. Never negative: with no excess there is nothing.
    """
    excess = rented.excess
    if not excess or s.in_month or not _costs_at_once(s, rented):
        return
    days = [max(day, s.current.start) for day in rented.additions[:excess]]
    days += [s.current.start] * (excess - len(days))
    first = rented.held + 1
    for day, added in groupby(sorted(days)):
        count = len(list(added))
        yield rent(
            _rule(rented.component, "L4"),
            rented.component,
            plan=s.plan_name,
            price=s.price(prices, rented.component),
            period=s.current.since(day),
            whole=s.current,
            slots=(first, first + count),
        )
        first += count


FURTHEST_MINIMUM = 120
"""Months: a contract beyond ten years is a slip of the pen."""


def check_effective(on: date, current: Period | None, term: Term, today: date) -> None:
    """L1: a minimum takes effect at a renewal, never in the past or inside a paid term.

    Without a paid term (a trial) it counts from the conversion on.
    """
    if current is None:
        if on != today:
            raise Refused(
                "L1",
                "In a trial a minimum counts from the conversion on: leave the day out.",
                field="effectiveOn",
            )
        return
    months = (on.year - current.end.year) * 12 + on.month - current.end.month
    if not 0 <= months <= FURTHEST_MINIMUM or months % term.months or on.day != 1:
        following = add_months(current.end, term.months)
        raise Refused(
            "L1",
            f"A minimum takes effect at a renewal within {FURTHEST_MINIMUM // 12} years: the next "
            f"ones are {current.end} and {following}.",
            field="effectiveOn",
        )
