"""The invoices to come: the invoicing function, called again on what it left behind.

Nothing is guessed: people stay as they are, usage stops, and prices are those of the price book.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from app.domain.invoices import Bill, Position, bill
from app.domain.periods import add_months
from app.domain.plans import Component, PriceBook
from app.domain.subscriptions import Rented, renews

Minimums: TypeAlias = Sequence[tuple[date, int]]
"""Effective day and minimum, in the order of effect: the last that is effective counts (L1)."""


def in_force(minimums: Minimums, start: date) -> int:
    """The floor of a term that begins on this day."""
    effective = [minimum for effective_on, minimum in minimums if effective_on <= start]
    return effective[-1] if effective else 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one cut-off would bring."""

    cut_off: date
    bill: Bill


def forecast(position: Position, prices: PriceBook, minimums: Minimums) -> Iterator[Forecast]:
    """One cut-off after the other, without end unless the subscription was cancelled."""
    closed = False
    while not closed:
        floor = in_force(minimums, position.cut_off)
        rented = [_contracted(each, floor) for each in position.rented]
        decided = bill(replace(position, rented=rented), prices)
        yield Forecast(position.cut_off, decided)
        position, closed = _after(position, decided), decided.closes


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
        balance=position.balance - decided.clears,
    )


def _held(rented: Rented, decided: Bill, *, renewal: bool) -> Rented:
    """What the rectangles say: those of a renewal begin anew, those of a true-up are added."""
    mine = [c.slots for c in decided.charges if c.component is rented.component and c.slots]
    tops = [slots[1] - 1 for slots in mine]
    return replace(rented, held=max([*tops, 0 if renewal else rented.held]), additions=())
