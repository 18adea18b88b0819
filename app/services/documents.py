"""Documents from rows: what an invoice says, read in one transaction of its account (I3 to I5)."""

from collections.abc import Sequence
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.documents import Document, DocumentKind, Line, Party, UsageOfDay
from app.domain.errors import NotFound
from app.domain.invoices import InvoiceKind
from app.domain.periods import Period, add_months, midnight
from app.domain.usage import UsageKind
from app.models import Charge, Invoice
from app.store import accounts as account_store
from app.store import documents as store
from app.store import invoices as invoice_store

LANGUAGE = "en"
_OF_A_MONTH = {InvoiceKind.RENEWAL, InvoiceKind.TRUE_UP}
"""The invoices of a 1st: they close the month before (I2), so they show what was used in it."""


async def invoice_document(
    uow: UnitOfWork, account_id: UUID, invoice_id: UUID, seller: Party
) -> Document:
    account = await account_store.get(uow.session, account_id)
    invoice = await invoice_store.get(uow.session, account_id, invoice_id)
    if account is None or invoice is None:
        raise NotFound("invoice", field="id")
    charges = await store.charges(uow.session, account_id, invoice_id)
    period = Period(invoice.period.lower, invoice.period.upper)  # type: ignore[arg-type]
    month = Period(add_months(period.start, -1), period.start)
    closes = invoice.kind in _OF_A_MONTH
    return Document(
        kind=DocumentKind.INVOICE,
        number=f"INV-{invoice.number:04}",
        seller=seller,
        bill_to=Party(account.name),
        language=LANGUAGE,
        currency=invoice.currency,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        cause=invoice.kind,
        status=invoice.status,
        period=period,
        lines=[line_of(charge) for charge in charges],
        paid=invoice.paid,
        credited=invoice.credited,
        usage_month=month if closes else None,
        usage=await _usage(uow, invoice, month) if closes else (),
    )


def line_of(charge: Charge) -> Line:
    days = charge.period
    return Line(
        rule=charge.rule,
        component=charge.component,
        description=charge.description,
        quantity=charge.quantity,
        unit=charge.unit_amount,
        amount=charge.amount,
        inputs=charge.derivation["inputs"],
        period=days and Period(days.lower, days.upper),  # type: ignore[arg-type]
    )


async def _usage(uow: UnitOfWork, invoice: Invoice, month: Period) -> Sequence[UsageOfDay]:
    zone = invoice.billing_timezone
    start, end = midnight(month.start, zone), midnight(month.end, zone)
    rows = await store.usage_by_day(uow.session, invoice.account_id, start, end, zone)
    return [
        UsageOfDay(row.day, UsageKind(row.kind), row.events, row.included, row.paid, row.amount)
        for row in rows
    ]
