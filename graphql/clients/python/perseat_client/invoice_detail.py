from datetime import datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Language, PaymentStatus
from .fragments import (  # noqa: F401
    Amount,
    InvoiceRow,
    InvoiceRowAmountDue,
    InvoiceRowPeriod,
    InvoiceRowTotal,
    Line,
)


class InvoiceDetail(BaseModel):
    invoice: Optional["InvoiceDetailInvoice"]


class InvoiceDetailInvoice(InvoiceRow):
    subtotal: "InvoiceDetailInvoiceSubtotal"
    tax: "InvoiceDetailInvoiceTax"
    tax_rate: Decimal = Field(alias="taxRate")
    amount_paid: "InvoiceDetailInvoiceAmountPaid" = Field(alias="amountPaid")
    amount_credited: "InvoiceDetailInvoiceAmountCredited" = Field(
        alias="amountCredited"
    )
    amount_refundable: "InvoiceDetailInvoiceAmountRefundable" = Field(
        alias="amountRefundable"
    )
    bill_to: "InvoiceDetailInvoiceBillTo" = Field(alias="billTo")
    charges: list["InvoiceDetailInvoiceCharges"]
    payments: list["InvoiceDetailInvoicePayments"]
    credit_notes: list["InvoiceDetailInvoiceCreditNotes"] = Field(alias="creditNotes")
    decision: Optional["InvoiceDetailInvoiceDecision"]
    replaces: Optional["InvoiceDetailInvoiceReplaces"]


InvoiceDetailInvoiceSubtotal = Amount
InvoiceDetailInvoiceTax = Amount
InvoiceDetailInvoiceAmountPaid = Amount
InvoiceDetailInvoiceAmountCredited = Amount
InvoiceDetailInvoiceAmountRefundable = Amount


class InvoiceDetailInvoiceBillTo(BaseModel):
    name: str
    address: Optional[str]
    tax_id: Optional[str] = Field(alias="taxId")
    language: Language


InvoiceDetailInvoiceCharges = Line


class InvoiceDetailInvoicePayments(BaseModel):
    id: str
    status: PaymentStatus
    decline_code: Optional[str] = Field(alias="declineCode")
    created_at: datetime = Field(alias="createdAt")
    settled_at: Optional[datetime] = Field(alias="settledAt")
    amount: "InvoiceDetailInvoicePaymentsAmount"
    payment_method: Optional["InvoiceDetailInvoicePaymentsPaymentMethod"] = Field(
        alias="paymentMethod"
    )


InvoiceDetailInvoicePaymentsAmount = Amount


class InvoiceDetailInvoicePaymentsPaymentMethod(BaseModel):
    id: str
    brand: str
    last_4: str = Field(alias="last4")


class InvoiceDetailInvoiceCreditNotes(BaseModel):
    id: str
    number: str
    reason: str
    total: "InvoiceDetailInvoiceCreditNotesTotal"


InvoiceDetailInvoiceCreditNotesTotal = Amount


class InvoiceDetailInvoiceDecision(BaseModel):
    reason: str
    at: datetime
    replacement: Optional["InvoiceDetailInvoiceDecisionReplacement"]


class InvoiceDetailInvoiceDecisionReplacement(BaseModel):
    id: str
    number: str


class InvoiceDetailInvoiceReplaces(BaseModel):
    id: str
    number: str


InvoiceDetail.model_rebuild()
InvoiceDetailInvoice.model_rebuild()
InvoiceDetailInvoicePayments.model_rebuild()
InvoiceDetailInvoiceCreditNotes.model_rebuild()
InvoiceDetailInvoiceDecision.model_rebuild()
