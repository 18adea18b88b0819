"""Rule I5, the second half: the inputs of a charge derived again from the histories.

`replay` says whether an amount follows from its inputs; a recount says whether the inputs were
right. It is the invoicing rules themselves, called with what the histories say of that instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.charges import Charge, debt, is_debt, replay, top_up
from app.domain.errors import Refused
from app.domain.facts import Facts, Posted, Way
from app.domain.money import Micros, show
from app.domain.periods import Period, add_months, term_from
from app.domain.plan_changes import surcharge
from app.domain.plans import Component, Price, PriceBook
from app.domain.subscriptions import Rented, Subscription, addition, started, true_up, whole_term

MONEY = {"price", "from", "balance", "amount"}
NAMES = {"amount": "step", "from": "price before"}
"""Inputs that are called otherwise where people read of them."""


@dataclass(frozen=True, slots=True)
class Recount:
    """`amount`: what it is by the histories, in micros; None where they cannot tell (`unknown`
    says why) or where nothing would be charged."""

    amount: Micros | None
    differences: tuple[str, ...] = ()
    unknown: str | None = None

    @property
    def equal(self) -> bool | None:
        """None: the histories cannot tell."""
        return None if self.unknown else not self.differences

    @property
    def told(self) -> str | None:
        """What differs, or why nobody can tell; None if it is equal."""
        return self.unknown or "; ".join(self.differences) or None


def replayed(charge: Posted) -> str | None:
    """What is wrong with the derivation itself; None if it gives the charge's amount."""
    try:
        again = replay(charge.rule, charge.version, charge.inputs).amount
    except (KeyError, ValueError, ZeroDivisionError, TypeError) as error:
        return f"the derivation cannot be computed ({error!r})"
    if again == charge.amount:
        return None
    return f"amount: {show(charge.amount)} charged, the derivation gives {show(again)}"


def recount(facts: Facts, prices: PriceBook) -> Recount:
    """Equal, or exactly what differs."""
    charge = facts.charge
    try:
        found = _expected(facts, prices)
    except (Refused, LookupError, ValueError) as error:
        return Recount(None, (f"the histories give no such charge: {error}",))
    if found is None:
        return Recount(None, (_nothing(facts),))
    differences = tuple(_differences(charge, found))
    if differences and (why := _unknown(facts, found)):
        return Recount(None, unknown=why)
    return Recount(found.amount, differences)


def check(facts: Facts, prices: PriceBook) -> Recount:
    """Both: the derivation replayed, and its inputs recounted."""
    again = recount(facts, prices)
    wrong = replayed(facts.charge)
    return Recount(again.amount, (wrong, *again.differences)) if wrong else again


def _expected(facts: Facts, prices: PriceBook) -> Charge | None:
    charge = facts.charge
    if charge.component is not None:
        return _rented(facts, charge.component, prices)
    if facts.credits is not None:
        post_paid = facts.afterwards is not None
        return debt(facts.credits.balance, facts.month, post_paid=post_paid)
    if charge.rule in {"M5", "M6"}:
        if facts.paid is None:
            raise LookupError("no payment that has succeeded is for it")
        return top_up(charge.rule, facts.paid.step, facts.paid.amount // facts.paid.step)
    raise LookupError(f"the rule {charge.rule}")


def _rented(facts: Facts, component: Component, prices: PriceBook) -> Charge | None:
    way, day = facts.way, facts.day
    rented = Rented(
        component,
        facts.wanted,
        facts.held_before,
        [day for day, number in facts.additions for _ in range(number)],
        facts.minimum if component is Component.LICENSE else 0,
    )
    if way is Way.ADDITION:
        return addition(_current(facts), prices, rented, day)
    if way is Way.TRUE_UP:
        return _nearest(facts.charge, list(true_up(_current(facts), prices, rented)))
    if way is Way.UPGRADE:
        return _surcharge(facts, component, prices)
    if way is None:
        raise LookupError(f"the rule {facts.charge.rule}")
    if way is Way.CONVERSION:
        prorates = facts.subscription(Period(day, add_months(day, 1))).prorates
        s = started(facts.plan_id, facts.plan_name, facts.term, day, prorates=prorates)
    else:
        s = facts.subscription(term_from(day, facts.term.months))
    return next(iter(whole_term(s, prices, [rented], facts.charge.rule)), None)


def _surcharge(facts: Facts, component: Component, prices: PriceBook) -> Charge | None:
    """L7: of an add-on, too."""
    if facts.upgrade is None:
        raise LookupError("the plan was not changed then")
    s, upgraded = _current(facts), facts.upgraded(_current(facts).current)
    return surcharge(s, upgraded, prices, component, facts.held_before, facts.dearest)


def price_of(facts: Facts, prices: PriceBook) -> tuple[Subscription, Price] | None:
    """P2: the price that the charge was made from; after an upgrade (L7) the new one."""
    component, term = facts.charge.component, facts.paid_term
    if component is None or term is None:
        return None
    upgraded = facts.way is Way.UPGRADE
    s = facts.upgraded(term.period) if upgraded else facts.subscription(term.period)
    price = prices.entry(s.plan_id, component, s.term, max(s.priced_on, term.period.start))
    return None if price is None else (s, price)


def _current(facts: Facts) -> Subscription:
    if facts.paid_term is None:
        raise LookupError("no term is paid for on its first day")
    return facts.subscription(facts.paid_term.period)


def _nearest(charge: Posted, found: list[Charge]) -> Charge | None:
    """A true-up charges each day of addition apart: the one of that day, or of those units."""
    same_day = [each for each in found if each.period == charge.period]
    same_units = [
        each for each in found if each.slots and charge.slots and each.slots[0] == charge.slots[0]
    ]
    return next(iter(same_day or same_units or found), None)


def _nothing(facts: Facts) -> str:
    return (
        f"nothing is to be charged: {facts.wanted} wanted, {facts.held_before} held, "
        f"minimum {facts.minimum}"
    )


def _differences(charge: Posted, again: Charge) -> Iterator[str]:
    """The rule, each input, then what the charge is for, then the amount."""
    if is_debt(charge.rule) and charge.rule != again.rule:
        yield _difference("rule", charge.rule, again.rule)
    for name, value in again.inputs.items():
        was = charge.inputs.get(name)
        if was != value:
            yield _difference(NAMES.get(name, name), _shown(name, was), _shown(name, value))
    if charge.period != again.period:
        yield _difference("period", str(charge.period), str(again.period))
    if charge.slots != again.slots:
        yield _difference("units", _units(charge.slots), _units(again.slots))
    if charge.amount != again.amount:
        yield _difference("amount", show(charge.amount), show(again.amount))


def _difference(name: str, was: str, again: str) -> str:
    return f"{name}: {was} charged, {again} by the histories"


def _shown(name: str, value: int | None) -> str:
    if value is None:
        return "nothing"
    return show(value) if name in MONEY else f"{value:,}"


def _units(slots: tuple[int, int] | None) -> str:
    return "none" if slots is None else f"{slots[0]} to {slots[1] - 1}"


def _only_the_quantity(charge: Posted, again: Charge) -> bool:
    wrong = [name for name, value in again.inputs.items() if charge.inputs.get(name) != value]
    return wrong == ["quantity"] and charge.period == again.period


def _unknown(facts: Facts, again: Charge) -> str | None:
    """Where the histories do not reach, nothing is guessed."""
    charge, found = facts.charge, facts.credits
    if facts.is_imported and _only_the_quantity(charge, again):
        return (
            "The contracted minimum of that time is not in the history: the account was imported."
        )
    was = charge.inputs.get("balance")
    if found is not None and was is not None and found.balance < was <= found.balance + found.late:
        return "Usage was on its way while this was billed: it belongs to the next month."
    return None
