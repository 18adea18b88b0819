"""Why a bill is not what it was last month: the difference of two totals, by cause.

A bill is taken apart once, when it is made; two breakdowns are compared later, however the
catalogue has changed since. The causes always add up to the difference, to the micro.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.invoices import Bill, InvoiceKind
from app.domain.money import Micros
from app.domain.plans import Component


class DifferenceCause(StrEnum):
    """NEW: there is no bill of last month to compare with. TERM: a term of several months was
    renewed in one of the two months. ONE_OFF_ENDED: last month's bill had parts of months or
    upgrades, which are paid for once."""

    NEW = "NEW"
    USERS_ADDED = "USERS_ADDED"
    USERS_REMOVED = "USERS_REMOVED"
    PRICE = "PRICE"
    ADD_ONS = "ADD_ONS"
    TERM = "TERM"
    ONE_OFF_ENDED = "ONE_OFF_ENDED"
    USAGE = "USAGE"
    DEBT = "DEBT"
    TAX = "TAX"
    OTHER = "OTHER"


ONE_OFFS: Mapping[tuple[str, bool], DifferenceCause] = {
    ("L3", True): DifferenceCause.USERS_ADDED,
    ("L4", True): DifferenceCause.USERS_ADDED,
    ("A1", False): DifferenceCause.ADD_ONS,
    ("L7", True): DifferenceCause.PRICE,
    ("L7", False): DifferenceCause.PRICE,
    ("M7", False): DifferenceCause.DEBT,
    ("M8", False): DifferenceCause.USAGE,
}
"""What is paid for once, by its rule and whether it is for a licence: the cause that it is."""
ENDING = frozenset({DifferenceCause.USERS_ADDED, DifferenceCause.ADD_ONS, DifferenceCause.PRICE})


@dataclass(frozen=True, slots=True)
class Parts:
    """A bill taken apart. `rents`: by component how many were renewed, and at what unit amount,
    for terms of `months`. `one_offs`: micros of what is paid for once, by its cause."""

    total: Micros = 0
    months: int = 0
    rents: Mapping[str, tuple[int, Micros]] = field(default_factory=dict)
    one_offs: Mapping[str, Micros] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        rents = {name: list(rent) for name, rent in self.rents.items()}
        return {"months": self.months, "rents": rents, "one_offs": dict(self.one_offs)}

    @classmethod
    def from_json(cls, total: Micros, kept: Mapping[str, Any]) -> "Parts":
        rents = {name: (rent[0], rent[1]) for name, rent in kept["rents"].items()}
        return cls(total, kept["months"], rents, kept["one_offs"])


def parts_of(bill: Bill, unbilled: Iterable[tuple[str, Component | None, Micros]]) -> Parts:
    """`unbilled`: rule, component and sum of the charges that join the bill."""
    rents: dict[str, tuple[int, Micros]] = {}
    one_offs = Counter[str]()
    for charge in bill.charges:
        component = charge.component
        renews = bill.kind is InvoiceKind.RENEWAL and charge.period is not None
        if renews and component is not None and charge.period == bill.subscription.current:
            rents[component.value] = charge.result.quantity, charge.result.unit
        else:
            one_offs[_one_off(charge.rule, component)] += charge.amount
    for rule, component, amount in unbilled:
        one_offs[_one_off(rule, component)] += amount
    one_offs[DifferenceCause.TAX.value] += bill.tax
    known = sum(q * u for q, u in rents.values()) + sum(one_offs.values())
    one_offs[DifferenceCause.OTHER.value] += bill.total - known
    return Parts(
        total=bill.total,
        months=bill.subscription.term.months if rents else 0,
        rents=rents,
        one_offs={cause: amount for cause, amount in sorted(one_offs.items()) if amount},
    )


def _one_off(rule: str, component: Component | None) -> str:
    return ONE_OFFS.get((rule, component is Component.LICENSE), DifferenceCause.OTHER).value


def difference(before: Parts | None, after: Parts) -> dict[DifferenceCause, Micros]:
    """What has changed the total, by cause; the sum is the difference, no cause is zero."""
    if before is None:
        return {DifferenceCause.NEW: after.total} if after.total else {}
    causes = Counter[DifferenceCause]()
    for name in sorted({*before.one_offs, *after.one_offs}):
        cause, ended = DifferenceCause(name), DifferenceCause(name)
        ended = DifferenceCause.ONE_OFF_ENDED if ended in ENDING else ended
        causes[cause] += after.one_offs.get(name, 0)
        causes[ended] -= before.one_offs.get(name, 0)
    if before.months == after.months:
        for name in sorted({*before.rents, *after.rents}):
            causes.update(_rent(name, before.rents.get(name), after.rents.get(name)))
    else:
        causes[DifferenceCause.TERM] += _rented(after) - _rented(before)
    causes[DifferenceCause.OTHER] += after.total - before.total - sum(causes.values())
    return {cause: amount for cause, amount in sorted(causes.items()) if amount}


def _rented(parts: Parts) -> Micros:
    return sum(quantity * unit for quantity, unit in parts.rents.values())


def _rent(
    name: str, before: tuple[int, Micros] | None, after: tuple[int, Micros] | None
) -> dict[DifferenceCause, Micros]:
    """More or fewer at the old price, then all that are left at the new one."""
    then, now = before or (0, (after or (0, 0))[1]), after or (0, (before or (0, 0))[1])
    more = now[0] - then[0]
    cause = DifferenceCause.ADD_ONS
    if name == Component.LICENSE:
        cause = DifferenceCause.USERS_ADDED if more > 0 else DifferenceCause.USERS_REMOVED
    return {cause: more * then[1], DifferenceCause.PRICE: now[0] * (now[1] - then[1])}
