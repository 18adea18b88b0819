"""Rules I1 to I4, M7 and M8: what an account owes at a cut-off. The one invoicing function.

It sees values only, so that preview, dry run, replay and the real invoice are the same call, and
calling it twice gives the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.charges import Charge, debt
from app.domain.money import Micros
from app.domain.periods import Period, add_months
from app.domain.plans import PriceBook
from app.domain.subscriptions import (
    Rented,
    Subscription,
    closes,
    renewed,
    renews,
    true_up,
    whole_term,
)
from app.domain.taxes import allocate_tax, tax_of


class InvoiceKind(StrEnum):
    """TRUE_UP is the invoice of a 1st on which a long term does not renew."""

    INITIAL = "INITIAL"
    RENEWAL = "RENEWAL"
    TRUE_UP = "TRUE_UP"
    TOP_UP = "TOP_UP"
    ADJUSTMENT = "ADJUSTMENT"


class InvoiceStatus(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    PAST_DUE = "PAST_DUE"
    VOID = "VOID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"


@dataclass(frozen=True, slots=True)
class Position:
    """What is known of an account at a cut-off, the local 1st of a month.

    `unbilled`: the sum of the unbilled charges posted before it. `balance`: the credits then.
    `unbilled_lines` are the same charges one by one, by id; `unbilled_debt` is the sum of those for
    usage, which were settled before (M7). `tax_rate` in millionths. `closed`: it rents nothing any
    more, and is billed what its credits did not cover.
    """

    cut_off: date
    subscription: Subscription
    rented: Sequence[Rented]
    unbilled: Micros = 0
    balance: Micros = 0
    post_paid_usage: bool = False
    tax_rate: int = 0
    unbilled_lines: Sequence[tuple[UUID, Micros]] = ()
    unbilled_debt: Micros = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """`charges` are new ones; the unbilled ones join them. `clears`: the credits set to zero.

    `total` is what is asked for, `tax` included. `closes`: the subscription was cancelled and is
    over; nothing follows but what usage that is reported later leaves unpaid.
    """

    kind: InvoiceKind
    period: Period
    charges: list[Charge]
    total: Micros
    clears: Micros
    subscription: Subscription
    tax: Micros = 0
    closes: bool = False

    @property
    def subtotal(self) -> Micros:
        return self.total - self.tax

    @property
    def is_empty(self) -> bool:
        """Nothing happened: there is no invoice (a zero amount of something is one)."""
        return not self.charges and self.total == 0


def bill(position: Position, prices: PriceBook) -> Bill:
    """Rule I2 for one account: true-up, drop what is not renewed, renew, carry the debt."""
    p = position
    charges = [charge for each in p.rented for charge in true_up(p.subscription, prices, each)]
    subscription, kind = p.subscription, InvoiceKind.TRUE_UP
    if renews(subscription, p.cut_off):
        subscription, kind = renewed(subscription), InvoiceKind.RENEWAL
        charges += whole_term(subscription, prices, p.rented, "L6")
    if p.balance < 0:
        last_month = Period(add_months(p.cut_off, -1), p.cut_off)
        owed = debt(p.balance, last_month, post_paid=p.post_paid_usage)
        charges += [owed] if owed.amount else []
    subtotal = sum(charge.amount for charge in charges) + p.unbilled
    tax = tax_of(subtotal, p.tax_rate)
    return Bill(
        kind=kind,
        period=Period(p.cut_off, add_months(p.cut_off, 1)),
        charges=charges,
        total=subtotal + tax,
        clears=min(p.balance, 0),
        subscription=subscription,
        tax=tax,
        closes=closes(p.subscription, p.cut_off),
    )


def taxed(position: Position, decided: Bill) -> tuple[list[tuple[UUID, Micros]], list[Micros]]:
    """I4: the tax of a bill on its lines: the unbilled ones by their ids, and the new ones."""
    old = position.unbilled_lines
    if not position.tax_rate:
        return [(charge_id, 0) for charge_id, _ in old], [0] * len(decided.charges)
    amounts = [*(amount for _, amount in old), *(charge.amount for charge in decided.charges)]
    taxes = allocate_tax(decided.tax, amounts)
    joining = zip((charge_id for charge_id, _ in old), taxes[: len(old)], strict=True)
    return list(joining), taxes[len(old) :]
