"""Rules I3, I4 and M8: what an issued invoice still asks for, and what may become of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from app.domain.errors import Conflict, Refused
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.money import Micros
from app.domain.periods import midnight

POST_PAID_DAYS = 30

TRANSITIONS: Mapping[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.DRAFT: frozenset({InvoiceStatus.OPEN, InvoiceStatus.PAID}),
    InvoiceStatus.OPEN: frozenset(
        {
            InvoiceStatus.PAID,
            InvoiceStatus.PAST_DUE,
            InvoiceStatus.VOID,
            InvoiceStatus.UNCOLLECTIBLE,
        }
    ),
    InvoiceStatus.PAST_DUE: frozenset(
        {InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.UNCOLLECTIBLE}
    ),
    InvoiceStatus.UNCOLLECTIBLE: frozenset({InvoiceStatus.PAID}),
    InvoiceStatus.PAID: frozenset({InvoiceStatus.PAST_DUE}),
    InvoiceStatus.VOID: frozenset(),
}
"""Rule I3. Who pays late pays also what was given up. Only money that is taken back after success
(I6) brings an invoice back from PAID; nothing comes back from VOID."""
COLLECTED = frozenset({InvoiceStatus.OPEN, InvoiceStatus.PAST_DUE})
PAYABLE = COLLECTED | {InvoiceStatus.UNCOLLECTIBLE}
CREDITABLE = COLLECTED | {InvoiceStatus.PAID}
_FIELD = "invoiceId"


class Owing(Protocol):
    """An invoice's sums in micros. `refundable`: paid, credited afterwards, and owed back."""

    status: InvoiceStatus
    total: Micros
    paid: Micros
    credited: Micros
    refundable: Micros


class Issued(Owing, Protocol):
    kind: InvoiceKind


def due(invoice: Owing) -> Micros:
    """Rule I4: what an invoice still asks for."""
    if invoice.status == InvoiceStatus.VOID:
        return 0
    return invoice.total - invoice.paid - invoice.credited + invoice.refundable


def due_from(issued_on: date, issued_at: datetime, zone: str, *, post_paid: bool) -> datetime:
    """M8: what is post-paid is due 30 days later, when that day begins there; else at once."""
    if not post_paid:
        return issued_at
    return midnight(issued_on + timedelta(days=POST_PAID_DAYS), zone)


def next_status(current: InvoiceStatus, target: InvoiceStatus) -> InvoiceStatus:
    """The target, if an invoice may go there from where it is."""
    if target is not current and target not in TRANSITIONS[current]:
        raise Conflict(f"This invoice is {current}; it cannot be {target} any more.", field=_FIELD)
    return target


def check_creditable(invoice: Issued) -> None:
    """I3: what was billed and is final, but no credits: they are money that was paid in."""
    if invoice.kind is InvoiceKind.TOP_UP:
        raise Refused(
            "I3", "This invoice is for credits that were bought: they stay credits.", field=_FIELD
        )
    _check_not_given_up(invoice)
    if invoice.status not in CREDITABLE:
        raise Conflict(
            f"This invoice is {invoice.status}: nothing of it can be credited.", field=_FIELD
        )


def _check_not_given_up(invoice: Issued) -> None:
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        raise Conflict(
            "This invoice was given up: it can still be paid, but not credited or voided.",
            field=_FIELD,
        )


def check_voidable(invoice: Issued) -> None:
    """I3: as if it had never been, so nobody may have paid it or been given a credit on it."""
    if invoice.kind is InvoiceKind.TOP_UP:
        raise Refused("I3", "This invoice is for credits that were bought and paid.", field=_FIELD)
    if invoice.paid or invoice.credited:
        raise Refused(
            "I3",
            "Something of this invoice was paid or credited: credit the rest of it instead.",
            field=_FIELD,
        )
    _check_not_given_up(invoice)
    if invoice.status not in COLLECTED:
        raise Conflict(f"This invoice is {invoice.status}: nothing is due on it.", field=_FIELD)
