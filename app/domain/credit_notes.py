"""Rule I3: a correction is a credit note. It draws on what was billed and never exceeds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.charges import is_debt
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.invoice_states import Owing, due
from app.domain.ledger import Reversal
from app.domain.money import CENT, Micros, allocate, round_half_up, show
from app.domain.taxes import share_of_tax

FIELD = "lines"


@dataclass(frozen=True, slots=True)
class Line:
    """A charge of an invoice with its stored tax, and what has been credited of both."""

    charge_id: UUID
    rule: str
    amount: Micros
    tax: Micros
    credited: Micros = 0
    credited_tax: Micros = 0

    @property
    def rest(self) -> Micros:
        return self.amount - self.credited

    @property
    def rest_tax(self) -> Micros:
        return self.tax - self.credited_tax


@dataclass(frozen=True, slots=True)
class Credit:
    """A line of a credit note. Micros, whole cents; `amount` is net and more than zero."""

    charge_id: UUID
    rule: str
    amount: Micros
    tax: Micros


def whole(lines: Sequence[Line]) -> list[Credit]:
    """The rest of an invoice."""
    rest = [_credit(line, line.rest) for line in lines if line.rest > 0]
    if not rest:
        raise Refused("I3", "There is nothing left of this invoice to credit.", field="invoiceId")
    return rest


def partial(lines: Sequence[Line], wanted: Sequence[tuple[UUID, Micros | None]]) -> list[Credit]:
    """Amounts of some lines, by the id of the charge; None is the rest of it."""
    by_id = {line.charge_id: line for line in lines}
    if not wanted or len({charge_id for charge_id, _ in wanted}) < len(wanted):
        raise InvalidInput("Name at least one line, and each one once.", field=FIELD)
    return [
        _partly(by_id, charge_id, amount, f"{FIELD}.{index}")
        for index, (charge_id, amount) in enumerate(wanted)
    ]


def _partly(
    lines: Mapping[UUID, Line], charge_id: UUID, amount: Micros | None, field: str
) -> Credit:
    if (line := lines.get(charge_id)) is None:
        raise NotFound("charge on this invoice", field=f"{field}.chargeId")
    if amount is not None and (amount <= 0 or amount % CENT):
        raise InvalidInput("A credit is more than zero, in whole cents.", field=f"{field}.amount")
    if line.rest == 0 or (amount or 0) > line.rest:
        raise Refused(
            "I3",
            f"Only {show(line.rest)} net is left of this line to credit.",
            field=f"{field}.amount",
        )
    return _credit(line, amount or line.rest)


def _credit(line: Line, amount: Micros) -> Credit:
    """The tax is what the stored share of the line has not given back yet at this point."""
    taxed = share_of_tax(line.tax, line.amount, line.credited + amount)
    return Credit(line.charge_id, line.rule, amount, max(0, taxed - line.credited_tax))


def given_back(lines: Sequence[Line], gross: Micros) -> list[Credit]:
    """`gross`, its tax included, went back of an invoice: nobody has said of which lines, so it is
    of each line by what is left of that."""
    open_lines = [line for line in lines if line.rest > 0]
    left = [line.rest + line.rest_tax for line in open_lines]
    if gross > sum(left):
        message = f"Only {show(sum(left))} of the invoice is left to credit."
        raise Refused("I3", message, field="reference")
    parts = zip(open_lines, allocate(gross, left), strict=True)
    return [_split(line, part) for line, part in parts if part]


def _split(line: Line, gross: Micros) -> Credit:
    """Net and tax of a part of a line: all of the net amount only with all of the tax."""
    whole = line.rest + line.rest_tax
    tax = min(round_half_up(gross * line.rest_tax, whole), gross - CENT)
    if gross == whole:
        tax = line.rest_tax
    elif gross - tax == line.rest:
        tax += CENT
    if gross == tax:
        message = "So little of a line cannot be split: issue a credit note first, of whole lines."
        raise Refused("I3", message, field="reference")
    return Credit(line.charge_id, line.rule, gross - tax, tax)


def refundable(invoice: Owing, credited: Micros) -> Micros:
    """What of a credit is above what is due: it was paid, so it is owed back."""
    return max(0, credited - due(invoice))


def reversal(lines: Sequence[tuple[str, Micros, Micros]]) -> Reversal:
    """By rule, amount and tax: what is no revenue any more. Debt and usage are usage's (M7, M8)."""
    usage = sum(amount for rule, amount, _ in lines if is_debt(rule))
    return Reversal(
        revenue=sum(amount for _, amount, _ in lines) - usage,
        usage=usage,
        tax=sum(tax for *_, tax in lines),
    )
