"""A charge and its derivation (I5): what a rule made of its inputs, in data that can be replayed.

The amount of every charge is `replay(rule, version, inputs)`, and nothing else is: a charge is
made by calling it, and `perseat verify` calls it again for every charge ever issued.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from app.domain.money import Micros, round_half_up, show
from app.domain.periods import Period
from app.domain.plans import Component
from app.domain.proration import Share, prorate, share_of

VERSION = 1
Inputs: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Result:
    unit: Micros
    quantity: int
    steps: list[str]

    @property
    def amount(self) -> Micros:
        return self.unit * self.quantity


@dataclass(frozen=True, slots=True)
class Charge:
    """`component` is None for what is not rented: previous debt, usage, a top-up.

    `slots` are the unit numbers that it pays for, first and one past the last; with `period` they
    are the rectangle of rule I7, in the layer `upgrade`: 0 for the unit itself, then the first,
    second, ... upgrade of its term (L7). Amounts are micros, whole cents.
    """

    rule: str
    component: Component | None
    description: str
    inputs: Inputs
    result: Result
    period: Period | None = None
    slots: tuple[int, int] | None = None
    upgrade: int = 0
    version: int = VERSION

    @property
    def amount(self) -> Micros:
        return self.result.amount


def _rent(inputs: Inputs) -> Result:
    """C3. `price` micros for `months` periods of `of` days; `days` of one are paid for."""
    share = Share(inputs["days"], inputs["of"])
    return _rented(inputs["price"], inputs["months"], share, inputs["quantity"])


def _difference(inputs: Inputs) -> Result:
    """L7, C3. `price` instead of `from` micros, which is paid already; the rest as for rent."""
    more = inputs["price"] - inputs["from"]
    share = Share(inputs["days"], inputs["of"])
    step = f"{show(inputs['price'])} - {show(inputs['from'])} = {show(more)}"
    return _rented(more, inputs["months"], share, inputs["quantity"], first=step)


@lru_cache(maxsize=4096)
def _rented(
    price: Micros, months: int, share: Share, quantity: int, first: str | None = None
) -> Result:
    """On a 1st thousands of accounts rent the same: their sentences are written once."""
    unit = prorate(price, share, months=months)
    steps = [first] if first else []
    if share.days < share.of or months > 1:
        per = show(price) + (f" / {months} months" if months > 1 else "")
        steps.append(f"{per} x {share.days} of {share.of} days = {show(unit)}")
    steps.append(f"{show(unit)} x {quantity} = {show(unit * quantity)}")
    return Result(unit, quantity, steps)


def _debt(inputs: Inputs) -> Result:
    """M7, M8. `balance`: the negative credit balance at the cut-off, in micros."""
    unit = round_half_up(-inputs["balance"])
    return Result(unit, 1, [f"balance {show(inputs['balance'])} to the cent = {show(unit)}"])


def _credits(inputs: Inputs) -> Result:
    """M5, M6. `steps` times `amount` micros of credits."""
    total = inputs["amount"] * inputs["steps"]
    return Result(total, 1, [f"{show(inputs['amount'])} x {inputs['steps']} = {show(total)}"])


_RULES: Mapping[tuple[str, int], Callable[[Inputs], Result]] = {
    **{(rule, 1): _rent for rule in ("L2", "L3", "L4", "L6", "A1")},
    ("L7", 1): _difference,
    ("M5", 1): _credits,
    ("M6", 1): _credits,
    ("M7", 1): _debt,
    ("M8", 1): _debt,
}


def replay(rule: str, version: int, inputs: Inputs) -> Result:
    """Recompute a charge from its derivation; raises KeyError for a rule that never existed."""
    return _RULES[rule, version](inputs)


@lru_cache(maxsize=4096)
def _describe(what: str, period: Period, whole: Period) -> str:
    part = "" if period == whole else f" ({period.days} of {whole.days} days)"
    return f"{what}, {period}{part}"


@lru_cache(maxsize=4096)
def rent(
    rule: str,
    component: Component,
    *,
    plan: str,
    price: Micros,
    period: Period,
    whole: Period,
    slots: tuple[int, int],
    months: int = 1,
) -> Charge:
    """Charge the units of `slots` for `period`, a part or all of `whole` (I7: a rectangle).

    On a 1st thousands of accounts rent the same: that is one charge, computed once.
    """
    share = share_of(period, whole)
    inputs = {
        "price": price,
        "months": months,
        "days": share.days,
        "of": share.of,
        "quantity": slots[1] - slots[0],
    }
    return Charge(
        rule=rule,
        component=component,
        description=_describe(f"{plan} {component.label}", period, whole),
        inputs=inputs,
        result=replay(rule, VERSION, inputs),
        period=period,
        slots=slots,
    )


def difference(
    component: Component,
    *,
    plans: tuple[str, str],
    prices: tuple[Micros, Micros],
    period: Period,
    whole: Period,
    held: int,
    months: int,
    upgrade: int,
) -> Charge:
    """L7: what an upgrade costs for the units that are held, to the end of what is paid for.

    `plans` and `prices`: from and to; the second price is the higher one.
    """
    share = share_of(period, whole)
    inputs = {
        "price": prices[1],
        "from": prices[0],
        "months": months,
        "days": share.days,
        "of": share.of,
        "quantity": held,
    }
    return Charge(
        rule="L7",
        component=component,
        description=_describe(f"{plans[0]} to {plans[1]}, {component.label}", period, whole),
        inputs=inputs,
        result=replay("L7", VERSION, inputs),
        period=period,
        slots=(1, 1 + held),
        upgrade=upgrade,
    )


def debt(balance: Micros, month: Period, *, post_paid: bool) -> Charge:
    """M7: previous debt. M8: the same sum of a post-paid account is its accrued usage."""
    rule, what = ("M8", "Usage") if post_paid else ("M7", "Previous debt")
    inputs = {"balance": balance}
    return Charge(
        rule=rule,
        component=None,
        description=f"{what}, {month.start:%B %Y}",
        inputs=inputs,
        result=replay(rule, VERSION, inputs),
    )


def is_debt(rule: str) -> bool:
    """M7, M8: a line for usage that has happened; its revenue is usage's."""
    return rule in {"M7", "M8"}


def top_up(rule: str, amount: Micros, steps: int = 1) -> Charge:
    inputs = {"amount": amount, "steps": steps}
    what = "automatic top-up" if rule == "M6" else "purchase"
    return Charge(
        rule=rule,
        component=None,
        description=f"Credits, {what}",
        inputs=inputs,
        result=replay(rule, VERSION, inputs),
    )
