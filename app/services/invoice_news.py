"""What is told of invoices when their status changes."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.domain.invoice_states import due
from app.domain.invoices import InvoiceStatus
from app.models import Invoice

_KINDS = {
    InvoiceStatus.PAID: EventKind.INVOICE_PAID,
    InvoiceStatus.PAST_DUE: EventKind.INVOICE_PAST_DUE,
    InvoiceStatus.VOID: EventKind.INVOICE_VOIDED,
    InvoiceStatus.UNCOLLECTIBLE: EventKind.INVOICE_UNCOLLECTIBLE,
}


def tell_status(uow: UnitOfWork, invoice: Invoice) -> None:
    """After each change of an invoice's status."""
    _tell(uow, _KINDS[invoice.status], invoice)


def tell_issued(uow: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Of the row of a new invoice; one that asks for nothing is paid at the same time."""
    invoice: Any = SimpleNamespace(**row)
    _tell(uow, EventKind.INVOICE_ISSUED, invoice)
    if invoice.status is InvoiceStatus.PAID:
        tell_status(uow, invoice)


def _tell(uow: UnitOfWork, kind: EventKind, invoice: Invoice) -> None:
    uow.tell(
        kind,
        invoice.account_id,
        invoice_id=invoice.id,
        number=str(invoice.number),
        kind=invoice.kind,
        status=invoice.status,
        total=invoice.total,
        due=due(invoice),
        currency=invoice.currency,
    )
