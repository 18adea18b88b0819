"""The invoices to come: the invoicing function, called again on what it left behind.

Nothing is guessed: people stay as they are, usage stops, and prices are those of the price book.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TypeAlias

from app.domain.charges import Charge
from app.domain.invoices import Bill, InvoiceKind, Position, bill
from app.domain.money import Micros
from app.domain.periods import add_months
from app.domain.plans import Component, PriceBook
from app.domain.subscriptions import Rented, Subscription, renews, whole_term
from app.domain.taxes import tax_of

Minimums: TypeAlias = Sequence[tuple[date, int]]
"""Effective day and minimum, in the order of effect: the last that is effective counts (L1)."""


def in_force(minimums: Minimums, start: date) -> int:
    """The floor of a term that begins on this day."""
    effective = [minimum for effective_on, minimum in minimums if effective_on <= start]
    return effective[-1] if effective else 0


FURTHEST = 37
"""Cut-offs looked at: three renewals of an annual term."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one cut-off would bring."""

    cut_off: date
    bill: Bill


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An invoice to come. `carried`: the sum of the charges that are unbilled by then; `charges`:
    those that the cut-off adds; `tax`: on both, within the total."""

    kind: InvoiceKind
    issued_on: date
    total: Micros
    carried: Micros
    charges: Sequence[Charge]
    tax: Micros = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """What a forecast stands on: the position at the next cut-off, as things are."""

    position: Position
    prices: PriceBook
    minimums: Minimums
    today: date


def forecast(position: Position, prices: PriceBook, minimums: Minimums) -> Iterator[Forecast]:
    """One cut-off after the other, without end unless the subscription was cancelled."""
    closed = False
    while not closed:
        floor = in_force(minimums, position.cut_off)
        rented = [_contracted(each, floor) for each in position.rented]
        decided = bill(replace(position, rented=rented), prices)
        yield Forecast(position.cut_off, decided)
        position, closed = _after(position, decided), decided.closes


def upcoming(ground: Ground, on: date) -> Upcoming | None:
    """The invoice of the first cut-off on a day or after it that has one, within three years."""
    coming = forecast(ground.position, ground.prices, ground.minimums)
    for each in islice(coming, FURTHEST):
        if each.cut_off >= on and not each.bill.is_empty:
            return as_invoice(each)
    return None


def as_invoice(each: Forecast) -> Upcoming:
    made, charges = each.bill, each.bill.charges
    carried = made.subtotal - sum(charge.amount for charge in charges)
    return Upcoming(made.kind, each.cut_off, made.total, carried, charges, made.tax)


def so_far(ground: Ground) -> Bill:
    """What has come together since the last cut-off: the next bill without a renewal."""
    position = ground.position
    ended = replace(position.subscription, ends=True)
    return bill(replace(position, subscription=ended), ground.prices)


def conversion(
    subscription: Subscription, prices: PriceBook, rented: Sequence[Rented], tax_rate: int = 0
) -> Upcoming | None:
    """L2: what a trial would be charged if it were converted on the first day of this term."""
    charges = whole_term(subscription, prices, rented, "L2")
    if not charges:
        return None
    net = sum(charge.amount for charge in charges)
    tax = tax_of(net, tax_rate)
    return Upcoming(InvoiceKind.INITIAL, subscription.current.start, net + tax, 0, charges, tax)


def _contracted(rented: Rented, floor: int) -> Rented:
    """L1: the floor of a term that would begin at this cut-off; add-ons have none."""
    return replace(rented, minimum=floor if rented.component is Component.LICENSE else 0)


def _after(position: Position, decided: Bill) -> Position:
    """A month later: what was charged is held, what was owed is on the invoice."""
    renewal = renews(position.subscription, position.cut_off)
    return replace(
        position,
        cut_off=add_months(position.cut_off, 1),
        subscription=decided.subscription,
        rented=[_held(each, decided, renewal=renewal) for each in position.rented],
        unbilled=0,
        unbilled_lines=(),
        unbilled_debt=0,
        balance=position.balance - decided.clears,
    )


def _held(rented: Rented, decided: Bill, *, renewal: bool) -> Rented:
    """What the rectangles say: those of a renewal begin anew, those of a true-up are added."""
    mine = [c.slots for c in decided.charges if c.component is rented.component and c.slots]
    tops = [slots[1] - 1 for slots in mine]
    return replace(rented, held=max([*tops, 0 if renewal else rented.held]), additions=())
