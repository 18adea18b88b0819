"""Documents without a database: charges as the rules make them, and what is read off a PDF."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from app.documents.pdf import typeset
from app.domain.charges import Charge, debt, rent
from app.domain.documents import Document, DocumentKind, Line, Party, UsageOfDay
from app.domain.invoices import InvoiceKind, InvoiceStatus
from app.domain.money import UNIT
from app.domain.periods import Period, month_of
from app.domain.plans import Component
from app.domain.usage import UsageKind

DECEMBER, JANUARY = month_of(date(2025, 12, 1)), month_of(date(2026, 1, 1))
SELLER = Party("Perseat Ltd", "12 Harbour Street\nDublin 2", "IE 1234567 T")
BUYER = Party("Mid-month Legal LLP", "200 Market Street\nSan Francisco")


def licences(first: int, end: int, *, since: int = 1, price: int = 70 * UNIT) -> Charge:
    """Unit numbers from `first` until before `end`, from a day of December to its end."""
    period = Period(date(2025, 12, since), DECEMBER.end)
    return rent(
        "L3",
        Component.LICENSE,
        plan="uPro",
        price=price,
        period=period,
        whole=DECEMBER,
        slots=(first, end),
    )


def line(charge: Charge, **more: Any) -> Line:
    return Line(
        rule=charge.rule,
        component=charge.component,
        description=charge.description,
        quantity=charge.result.quantity,
        unit=charge.result.unit,
        amount=charge.amount,
        inputs=charge.inputs,
        period=charge.period,
        **more,
    )


INVOICE = Document(
    kind=DocumentKind.INVOICE,
    number="INV-0007",
    seller=SELLER,
    bill_to=BUYER,
    language="en",
    currency="USD",
    issued_on=date(2026, 1, 1),
    due_on=date(2026, 1, 31),
    cause=InvoiceKind.RENEWAL,
    status=InvoiceStatus.OPEN,
    lines=[
        line(licences(4, 7, since=23)),
        line(licences(1, 4)),
        line(debt(-37_230_000, DECEMBER, post_paid=False)),
    ],
    usage_month=DECEMBER,
    usage=[
        UsageOfDay(date(2025, 12, 5), UsageKind.SMS_SEGMENT, 3, 1_000, 2_482, 37_230_000),
        UsageOfDay(date(2025, 12, 6), UsageKind.LOOKUP, 1, 0, 1, 15_000),
    ],
)
"""60.96 + 210.00 + 37.23 = 308.19."""


def invoice(**values: Any) -> Document:
    return replace(INVOICE, **values)


def credit_note(**values: Any) -> Document:
    return invoice(
        kind=DocumentKind.CREDIT_NOTE,
        number="CN-0001",
        corrects="INV-0007",
        reason="Ordered by mistake.",
        **{"cause": None, "status": None, "due_on": None, "usage": (), **values},
    )


def read(document: Document) -> PdfReader:
    return PdfReader(BytesIO(typeset(document)))


THIN = str.maketrans({"\u2009": " ", "\u202f": " ", "\u00a0": " "})


def printed(document: Document) -> str:
    """All that is printed, page by page, with plain spaces."""
    return "\n".join(page.extract_text() for page in read(document).pages).translate(THIN)
