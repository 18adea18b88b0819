"""Safety bounds of a bill: what is far from an account's usual month waits for a person (I2).

Bills of different months are compared by a monthly measure: what stands, by the month, and what
is paid for once. So the renewal of a year is no surprise, and ten times the licences are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from app.domain.errors import Refused
from app.domain.invoices import Bill, InvoiceKind, Position
from app.domain.money import UNIT, Micros, show
from app.domain.periods import Period
from app.domain.plans import PriceBook
from app.domain.post_paid import LEAST, Monthly

MONTHS = 3
_MONTH = 31


@dataclass(frozen=True, slots=True)
class Bounds:
    """`factor`: how many times the median of three months is too much, if above `floor` micros.
    `post_paid`: what costs no more a month is meant to be prepaid (M8)."""

    factor: int = 5
    floor: Micros = 1_000 * UNIT
    post_paid: Monthly = LEAST


USUAL = Bounds()


def measure(bill: Bill, position: Position, prices: PriceBook) -> Micros:
    """The comparable month of a bill, in micros, without tax: long terms count by their month."""
    standing, once = 0, bill.subtotal - sum(charge.amount for charge in bill.charges)
    for charge in bill.charges:
        if charge.period is None:
            once += charge.amount
        else:
            standing += _by_month(charge.amount, charge.period)
    if bill.kind is not InvoiceKind.RENEWAL:
        standing += _paid_before(position, prices)
    return standing + once


def _by_month(amount: Micros, period: Period) -> Micros:
    return amount if period.days <= _MONTH else amount * _MONTH // period.days


def _paid_before(position: Position, prices: PriceBook) -> Micros:
    """What a month costs of the term that is paid for already; no price is no reason to park."""
    s, total = position.subscription, 0
    for each in position.rented:
        try:
            price = s.price(prices, each.component)
        except Refused:
            continue
        total += each.held * price // s.term.months
    return total


def unusual(
    total: Micros, measured: Micros, earlier: Sequence[Micros], bounds: Bounds, *, accepted: bool
) -> str | None:
    """Why the bill must not be sent, as a sentence; None if it may.

    `earlier`: the measures of the last three months; with fewer there is nothing usual yet. An
    operator may accept an unusual amount, never a negative total.
    """
    if total < 0:
        return f"its total would be {show(total)}, and nobody is billed less than nothing"
    if accepted or len(earlier) < MONTHS:
        return None
    usual = median_low(earlier)
    if measured <= bounds.floor or measured <= bounds.factor * usual:
        return None
    return (
        f"its month would cost {show(measured)}, more than {bounds.factor} times the "
        f"{show(usual)} of its last three months; retry the run with acceptUnusual if it is right"
    )
