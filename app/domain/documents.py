"""What stands on an invoice or a credit note (I3 to I5): facts and amounts, in no language yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.money import Micros
from app.domain.periods import Period
from app.domain.plans import Component
from app.domain.usage import UsageKind


class DocumentKind(StrEnum):
    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or who pays; the address may have several lines."""

    name: str
    address: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A charge as it is billed, or the part of it that a credit note gives back.

    `description` is the English one that the charge keeps; `inputs` are those of its derivation.
    `unit` is rounded to the cent, `amount` and `tax` are whole cents, in micros.
    """

    rule: str
    component: Component | None
    description: str
    quantity: int
    unit: Micros
    amount: Micros
    inputs: Mapping[str, int]
    period: Period | None = None
    tax: Micros = 0

    @property
    def plan(self) -> str | None:
        """The name of the plan, as the description begins with it; None if it does not.

        Of an upgrade (L7) it is both plans, with an arrow from the old one to the new one.
        """
        if self.component is None:
            return None
        plan, found, _ = self.description.partition(f" {self.component.label}")
        if self.rule == "L7":
            plan = plan.rstrip(",").replace(" to ", " \N{RIGHTWARDS ARROW} ")
        return plan if found else None

    @property
    def is_calculated(self) -> bool:
        """C3, L7: for a part of a period, for months out of the price of several, a difference."""
        given = self.inputs
        part = given.get("days", 0) < given.get("of", 0)
        return part or given.get("months", 1) > 1 or "from" in given


@dataclass(frozen=True, slots=True)
class UsageOfDay:
    """The usage of one kind that happened on one local day.

    `included` and `paid` are units at rate 0 and above it (M2); `amount` is exact micros (M3).
    """

    day: date
    kind: UsageKind
    events: int
    included: int
    paid: int
    amount: Micros


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, or a credit note that takes back part of the invoice `corrects`.

    `language` is a BCP 47 tag such as de or pt-BR; `tax_rate` is in millionths. `refundable` was
    paid and is owed back. `usage` is what was posted in `usage_month`; it explains an amount of
    credits and is no amount of its own.
    """

    kind: DocumentKind
    number: str
    seller: Party
    bill_to: Party
    language: str
    currency: str
    issued_on: date
    lines: Sequence[Line]
    cause: InvoiceKind | None = None
    status: InvoiceStatus | None = None
    due_on: date | None = None
    tax: Micros = 0
    tax_rate: int = 0
    paid: Micros = 0
    credited: Micros = 0
    refundable: Micros = 0
    corrects: str = ""
    reason: str = ""
    usage_month: Period | None = None
    usage: Sequence[UsageOfDay] = ()

    @property
    def subtotal(self) -> Micros:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> Micros:
        return self.subtotal + self.tax

    @property
    def due(self) -> Micros:
        """I4: total less paid less credited, without what is owed back. Nobody owes a void one."""
        if self.status is InvoiceStatus.VOID:
            return 0
        return self.total - self.paid - self.credited + self.refundable

    @property
    def rules(self) -> list[str]:
        """The rules of its lines, each once, in the order of the lines."""
        return list(dict.fromkeys(line.rule for line in self.lines))
