"""What a preview promises, in the words of the model, and whether the model says the same."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from app.domain.charges import Charge as RealCharge
from app.domain.previews import Action
from app.services.previews import Preview
from tests.model.books import Charge
from tests.model.company import Company

Line: TypeAlias = tuple[str, int, date, date]
Bill: TypeAlias = tuple[str, date, int, int, list[Line]]
"""Kind, day, cents, cents that were unbilled before, and a line for each other licence."""
ACTIONS = {
    "ACTIVE": Action.ACTIVATE,
    "PAUSED": Action.PAUSE,
    "SUSPENDED": Action.SUSPEND,
    "DEACTIVATED": Action.DEACTIVATE,
    "DELETED": Action.DELETE,
}


@dataclass
class Promise:
    """`on`: the day of the preview; `now`: what is to be seen right after the step."""

    on: date
    now: dict[str, Any]
    bills: list[Bill]

    def due(self, before: date) -> list[tuple[str, date, int]]:
        return [bill[:3] for bill in self.bills if bill[1] < before]

    @property
    def last(self) -> date:
        return self.bills[-1][1] if self.bills else date.min


def promise(shown: Preview) -> Promise:
    after = shown.after
    now = {
        "held": after.licenses.held,
        "occupied": after.licenses.occupied,
        "available": after.licenses.available,
        "unbilled": after.unbilled // 10_000,
    }
    bills = [
        (
            str(each.kind),
            each.issued_on,
            each.total // 10_000,
            each.carried // 10_000,
            sorted(line for charge in each.charges for line in _lines(charge)),
        )
        for each in after.invoices
    ]
    return Promise(shown.today, now, bills)


def _lines(charge: RealCharge) -> list[Line]:
    """One for each licence."""
    unit, days = charge.result.unit, charge.period
    assert days is not None
    return [(charge.rule, unit // 10_000, days.start, days.last)] * charge.result.quantity


def foreseen(model: Company, last: date) -> list[Bill]:
    """The bills up to a day if nothing else happens, as the model has them."""
    future, issued = model.copied(), len(model.books.invoices)
    future.bill_until(last)
    return [
        _bill(each.kind, each.issued_on, future.books.on_invoice(each.number))
        for each in future.books.invoices[issued:]
    ]


def _bill(kind: str, day: date, charges: list[Charge]) -> Bill:
    carried = [each.cents for each in charges if each.rule == "L3"]
    others = sorted(each.told for each in charges if each.rule != "L3")
    return kind, day, sum(each.cents for each in charges), sum(carried), others
