"""Rule L7: an upgrade takes effect at once and costs the difference; everything else waits for
the renewal, because what is paid for is not refunded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from app.domain.charges import Charge, difference
from app.domain.errors import Refused
from app.domain.invoices import Position
from app.domain.money import Micros, show
from app.domain.periods import month_of, written
from app.domain.plans import BillingPolicy, Component, PriceBook
from app.domain.subscriptions import Following, Rented, Subscription, true_up


class SubscriptionChangeKind(StrEnum):
    """What somebody did to a subscription. CHANGED took effect at once, RENEWED and CLOSED: what
    was SCHEDULED or CANCELLED took effect at its cut-off."""

    CHANGED = "CHANGED"
    SCHEDULED = "SCHEDULED"
    WITHDRAWN = "WITHDRAWN"
    RENEWED = "RENEWED"
    CANCELLED = "CANCELLED"
    RESUMED = "RESUMED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Change:
    """L7. `charges` are unbilled and due now; `subscription` is what it is then."""

    kind: SubscriptionChangeKind | None
    subscription: Subscription
    charges: Sequence[Charge] = ()


def change(
    s: Subscription, wish: Following, prices: PriceBook, rented: Sequence[Rented], on: date
) -> Change:
    """What a wish for another plan or term does on a day; `kind` is None where it does nothing.

    Each wish replaces what was scheduled before, and the wish for what is there withdraws it.
    """
    check_sold(wish, prices, rented, max(on, s.current.end))
    if wish.plan_id != s.plan_id and is_upgrade(s, wish.plan_id, prices, on):
        later = wish if wish.term is not s.term else None
        return _upgrade(replace(s, following=later), wish, prices, rented, on)
    if (wish.plan_id, wish.term) == (s.plan_id, s.term):
        kind = SubscriptionChangeKind.WITHDRAWN if s.following else None
        return Change(kind, replace(s, following=None))
    kind = SubscriptionChangeKind.SCHEDULED if wish != s.following else None
    return Change(kind, replace(s, following=wish))


def is_upgrade(s: Subscription, plan_id: str, prices: PriceBook, on: date) -> bool:
    """A licence of the other plan costs as much or more, by today's price and the same term."""
    there = prices.find(plan_id, Component.LICENSE, s.term, on)
    return there is not None and there >= s.price(prices, Component.LICENSE)


def _upgrade(
    s: Subscription, wish: Following, prices: PriceBook, rented: Sequence[Rented], on: date
) -> Change:
    """L4 first: who is not paid for yet is, at the price of the plan under which they came."""
    check_sold(replace(wish, term=s.term), prices, rented, on)
    settled = [charge for each in rented for charge in true_up(s, prices, each)]
    upgraded = replace(
        s,
        plan_id=wish.plan_id,
        plan_name=wish.plan_name,
        priced_on=on,
        upgrades=s.upgrades + 1,
    )
    held = {each.component: each.held for each in rented}
    for charge in settled:
        if charge.component is not None:
            held[charge.component] += charge.result.quantity
    more = [
        surcharge(s, upgraded, prices, each.component, held[each.component], each.dearest)
        for each in rented
    ]
    charges = settled + [charge for charge in more if charge is not None]
    return Change(SubscriptionChangeKind.CHANGED, upgraded, charges)


def surcharge(
    s: Subscription,
    upgraded: Subscription,
    prices: PriceBook,
    component: Component,
    held: int,
    paid: Micros = 0,
) -> Charge | None:
    """L7: for what is held then; nothing is refunded where the other plan is cheaper (L5, A1).

    `paid`: the highest price that was paid for it in this term. Who goes from a plan where it is
    dear to one where it is cheap, and on, does not pay the same difference again.
    """
    if not held:
        return None
    new = prices.find(upgraded.plan_id, component, s.term, upgraded.priced_on)
    old = max(s.price(prices, component), paid)
    if new is None or new <= old:
        return None
    return difference(
        component,
        plans=(s.plan_name, upgraded.plan_name),
        prices=(old, new),
        period=s.current.since(upgraded.priced_on),
        whole=month_of(s.current.start) if s.in_month else s.current,
        held=held,
        months=s.equivalent,
        upgrade=upgraded.upgrades,
    )


@dataclass(frozen=True, slots=True)
class PlanHistory:
    """M3: which plan an account had when. `changes`: since when which one, in order."""

    first: str
    changes: Sequence[tuple[datetime, str]] = ()

    def at(self, instant: datetime) -> str:
        return [self.first, *(plan for since, plan in self.changes if since <= instant)][-1]

    @property
    def plans(self) -> set[str]:
        return {self.first, *(plan for _, plan in self.changes)}

    def then(self, since: datetime, plan_id: str) -> "PlanHistory":
        """The same, and another plan from an instant on."""
        return replace(self, changes=[*self.changes, (since, plan_id)])


def check_sold(wish: Following, prices: PriceBook, rented: Sequence[Rented], on: date) -> None:
    """P3: a plan or term without a price for what the account wants cannot be renewed."""
    for each in rented:
        if each.wanted and prices.find(wish.plan_id, each.component, wish.term, on) is None:
            raise Refused(
                "P3",
                f"{wish.plan_name} is not sold with a {wish.term.lower()} "
                f"{each.component.label}: choose another plan or term, or remove it first.",
                field="planId",
            )


def check_policy(current: BillingPolicy, other: BillingPolicy) -> None:
    """P4: what a user's state means for the bill cannot change in the middle of a history."""
    if current is not other:
        raise Refused(
            "P4",
            f"This plan counts users by {other}, the account's by {current}: "
            "it takes an account of its own.",
            field="planId",
        )


def check_currency(current: str, other: str) -> None:
    """P1: an account has one currency, and its price is no number that means another."""
    if current != other:
        raise Refused(
            "P1",
            f"This plan is priced in {other}, and the account pays in {current}: "
            "it takes an account of its own.",
            field="planId",
        )


def after(position: Position, change: Change) -> Position:
    """The position that a change leaves behind: what it has charged is held, and unbilled."""
    units: Counter[Component] = Counter()
    for charge in change.charges:
        if charge.component is not None and not charge.upgrade:
            units[charge.component] += charge.result.quantity
    return replace(
        position,
        subscription=change.subscription,
        rented=[replace(r, held=r.held + units[r.component]) for r in position.rented],
        unbilled=position.unbilled + sum(charge.amount for charge in change.charges),
    )


def tell(s: Subscription, change: Change, wish: Following, today: date) -> str:
    """What was asked for, since when, and what it costs at once, in one or two sentences."""
    if change.kind is None:
        return f"{wish.plan_name}, {wish.term.lower()}: this is what there is; nothing changes."
    if change.kind is SubscriptionChangeKind.WITHDRAWN:
        return f"{wish.plan_name}, {wish.term.lower()}: what was planned is taken back."
    renewal = written(s.current.end)
    if change.kind is SubscriptionChangeKind.SCHEDULED:
        told = f"{wish.plan_name}, {wish.term.lower()}, from {renewal} on{_instead(s)}."
    else:
        told = f"{wish.plan_name} from {written(today)} on{_cost(change)}."
        if change.subscription.following is not None:
            told += f" It is {wish.term.lower()} from {renewal} on."
    if s.ends and change.subscription.following is not None:
        told += f" But the subscription is cancelled and ends on {renewal}: resume it first."
    return told


def _instead(s: Subscription) -> str:
    if s.following is None:
        return ""
    return f", instead of {s.following.plan_name}, {s.following.term.lower()}"


def _cost(change: Change) -> str:
    """Net, like the charges; the true-up of who came before is due in any case (L4)."""
    more = sum(charge.amount for charge in change.charges if charge.upgrade)
    settled = sum(charge.amount for charge in change.charges) - more
    carries = f"; the next invoice carries {show(more)} for it (net)" if more else ", at no charge"
    beside = f", beside {show(settled)} for what was added before" if settled else ""
    return f"{carries}{beside}"
