"""Documents from rows: what an invoice says, read in one transaction of its account (I3 to I5)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.db.types import DateRange
from app.db.unit_of_work import UnitOfWork
from app.domain.documents import Document, DocumentKind, Line, Party, UsageOfDay
from app.domain.errors import NotFound
from app.domain.invoices import InvoiceKind
from app.domain.money import Micros
from app.domain.periods import Period, add_months
from app.domain.usage import UsageKind
from app.domain.wording import invoice_number
from app.models import Charge, Invoice
from app.store import credit_notes as credit_note_store
from app.store import documents as store
from app.store import invoices as invoice_store

_OF_A_MONTH = {InvoiceKind.RENEWAL, InvoiceKind.TRUE_UP}
"""The invoices of a 1st: they close the month before (I2), so they show what was used in it."""


async def invoice_document(
    uow: UnitOfWork, account_id: UUID, invoice_id: UUID, seller: Party
) -> Document:
    """As it was addressed when it was issued (I3); paid and credited as of now."""
    invoice = await invoice_store.get(uow.session, account_id, invoice_id)
    if invoice is None:
        raise NotFound("invoice", field="id")
    charges = await store.charges(uow.session, account_id, invoice_id)
    period = _days(invoice.period)
    month = Period(add_months(period.start, -1), period.start)
    closes = invoice.kind in _OF_A_MONTH
    return Document(
        kind=DocumentKind.INVOICE,
        number=invoice_number(invoice.number),
        seller=seller,
        bill_to=_payer(invoice),
        language=invoice.bill_to["language"],
        currency=invoice.currency,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        cause=invoice.kind,
        status=invoice.status,
        lines=[line_of(charge) for charge in charges],
        tax=invoice.tax,
        tax_rate=invoice.tax_rate,
        paid=invoice.paid,
        credited=invoice.credited,
        refundable=invoice.refundable,
        usage_month=month if closes else None,
        usage=await _usage(uow, invoice, month) if closes else (),
    )


async def credit_note_document(
    uow: UnitOfWork, account_id: UUID, credit_note_id: UUID, seller: Party
) -> Document:
    """Addressed as its invoice was."""
    note = await credit_note_store.get(uow.session, account_id, credit_note_id)
    if note is None:
        raise NotFound("credit note", field="id")
    invoice = await invoice_store.get(uow.session, account_id, note.invoice_id)
    if invoice is None:
        raise LookupError(note.invoice_id)
    credited = await store.credited(uow.session, account_id, credit_note_id)
    return Document(
        kind=DocumentKind.CREDIT_NOTE,
        number=f"CN-{note.number:04}",
        seller=seller,
        bill_to=_payer(invoice),
        language=invoice.bill_to["language"],
        currency=note.currency,
        issued_on=note.issued_on,
        lines=[_credited_line(*each) for each in credited],
        tax=note.tax,
        tax_rate=invoice.tax_rate,
        refundable=note.refundable,
        corrects=invoice_number(invoice.number),
        reason=note.reason,
        usage_month=Period(add_months(invoice.issued_on, -1), add_months(invoice.issued_on, 0)),
    )


def _payer(invoice: Invoice) -> Party:
    kept = invoice.bill_to
    return Party(kept["name"], kept.get("address") or "", kept.get("taxId") or "")


def line_of(charge: Charge) -> Line:
    return Line(
        rule=charge.rule,
        component=charge.component,
        description=charge.description,
        quantity=charge.quantity,
        unit=charge.unit_amount,
        amount=charge.amount,
        inputs=charge.derivation["inputs"],
        period=_days(charge.period) if charge.period else None,
        tax=charge.tax,
    )


def _credited_line(charge: Charge, amount: Micros, tax: Micros) -> Line:
    """A part of a charge is one amount: quantity and calculation are those of the whole."""
    line = replace(line_of(charge), amount=amount, tax=tax)
    if amount == charge.amount:
        return line
    return replace(line, quantity=1, unit=amount, inputs={})


def _days(stored: DateRange) -> Period:
    return Period(stored.lower, stored.upper)  # type: ignore[arg-type]


async def _usage(uow: UnitOfWork, invoice: Invoice, month: Period) -> Sequence[UsageOfDay]:
    rows = await store.usage_by_day(uow.session, invoice.account_id, month)
    return [
        UsageOfDay(row.day, UsageKind(row.kind), row.events, row.included, row.paid, row.amount)
        for row in rows
    ]
