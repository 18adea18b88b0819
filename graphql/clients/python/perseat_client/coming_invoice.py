from datetime import date
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import InvoiceKind
from .fragments import Amount, Line


class ComingInvoice(BaseModel):
    account: Optional["ComingInvoiceAccount"]


class ComingInvoiceAccount(BaseModel):
    id: str
    unbilled_charges: list["ComingInvoiceAccountUnbilledCharges"] = Field(
        alias="unbilledCharges"
    )
    upcoming_invoice: Optional["ComingInvoiceAccountUpcomingInvoice"] = Field(
        alias="upcomingInvoice"
    )


ComingInvoiceAccountUnbilledCharges = Line


class ComingInvoiceAccountUpcomingInvoice(BaseModel):
    kind: InvoiceKind
    issued_on: date = Field(alias="issuedOn")
    total: "ComingInvoiceAccountUpcomingInvoiceTotal"
    tax: "ComingInvoiceAccountUpcomingInvoiceTax"
    unbilled: "ComingInvoiceAccountUpcomingInvoiceUnbilled"
    charges: list["ComingInvoiceAccountUpcomingInvoiceCharges"]


ComingInvoiceAccountUpcomingInvoiceTotal = Amount
ComingInvoiceAccountUpcomingInvoiceTax = Amount
ComingInvoiceAccountUpcomingInvoiceUnbilled = Amount


class ComingInvoiceAccountUpcomingInvoiceCharges(BaseModel):
    description: str
    quantity: int
    unit_amount: "ComingInvoiceAccountUpcomingInvoiceChargesUnitAmount" = Field(
        alias="unitAmount"
    )
    amount: "ComingInvoiceAccountUpcomingInvoiceChargesAmount"
    explanation: str


ComingInvoiceAccountUpcomingInvoiceChargesUnitAmount = Amount
ComingInvoiceAccountUpcomingInvoiceChargesAmount = Amount
ComingInvoice.model_rebuild()
ComingInvoiceAccount.model_rebuild()
ComingInvoiceAccountUpcomingInvoice.model_rebuild()
ComingInvoiceAccountUpcomingInvoiceCharges.model_rebuild()
