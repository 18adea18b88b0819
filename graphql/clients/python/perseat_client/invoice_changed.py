from datetime import date, datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import EventKind, InvoiceKind, InvoiceStatus
from .fragments import Amount


class InvoiceChanged(BaseModel):
    invoice_changed: "InvoiceChangedInvoiceChanged" = Field(alias="invoiceChanged")


class InvoiceChangedInvoiceChanged(BaseModel):
    cursor: str
    kind: Optional[EventKind]
    at: datetime
    invoice: Optional["InvoiceChangedInvoiceChangedInvoice"]


class InvoiceChangedInvoiceChangedInvoice(BaseModel):
    id: str
    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    issued_on: date = Field(alias="issuedOn")
    due_on: date = Field(alias="dueOn")
    total: "InvoiceChangedInvoiceChangedInvoiceTotal"
    amount_due: "InvoiceChangedInvoiceChangedInvoiceAmountDue" = Field(
        alias="amountDue"
    )


InvoiceChangedInvoiceChangedInvoiceTotal = Amount
InvoiceChangedInvoiceChangedInvoiceAmountDue = Amount
InvoiceChanged.model_rebuild()
InvoiceChangedInvoiceChanged.model_rebuild()
InvoiceChangedInvoiceChangedInvoice.model_rebuild()
