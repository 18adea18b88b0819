from datetime import date, datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountStatus, InvoiceKind, InvoiceStatus, RefundStatus
from .fragments import (  # noqa: F401
    Amount,
    Charged,
    ChargedAmount,
    ChargedAmountRefunded,
    ChargedAmountTakenBack,
    ChargedPaymentMethod,
    Method,
)


class PaymentsPage(BaseModel):
    account: Optional["PaymentsPageAccount"]


class PaymentsPageAccount(BaseModel):
    id: str
    status: AccountStatus
    payment_methods: list["PaymentsPageAccountPaymentMethods"] = Field(
        alias="paymentMethods"
    )
    payments: "PaymentsPageAccountPayments"
    invoices: "PaymentsPageAccountInvoices"


PaymentsPageAccountPaymentMethods = Method


class PaymentsPageAccountPayments(BaseModel):
    nodes: list["PaymentsPageAccountPaymentsNodes"]


class PaymentsPageAccountPaymentsNodes(Charged):
    invoice: Optional["PaymentsPageAccountPaymentsNodesInvoice"]


class PaymentsPageAccountPaymentsNodesInvoice(BaseModel):
    id: str
    number: str


class PaymentsPageAccountInvoices(BaseModel):
    nodes: list["PaymentsPageAccountInvoicesNodes"]


class PaymentsPageAccountInvoicesNodes(BaseModel):
    id: str
    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    due_on: date = Field(alias="dueOn")
    next_attempt_at: Optional[datetime] = Field(alias="nextAttemptAt")
    total: "PaymentsPageAccountInvoicesNodesTotal"
    amount_paid: "PaymentsPageAccountInvoicesNodesAmountPaid" = Field(
        alias="amountPaid"
    )
    amount_due: "PaymentsPageAccountInvoicesNodesAmountDue" = Field(alias="amountDue")
    payments: list["PaymentsPageAccountInvoicesNodesPayments"]
    credit_notes: list["PaymentsPageAccountInvoicesNodesCreditNotes"] = Field(
        alias="creditNotes"
    )


PaymentsPageAccountInvoicesNodesTotal = Amount
PaymentsPageAccountInvoicesNodesAmountPaid = Amount
PaymentsPageAccountInvoicesNodesAmountDue = Amount
PaymentsPageAccountInvoicesNodesPayments = Charged


class PaymentsPageAccountInvoicesNodesCreditNotes(BaseModel):
    id: str
    number: str
    refunds: list["PaymentsPageAccountInvoicesNodesCreditNotesRefunds"]


class PaymentsPageAccountInvoicesNodesCreditNotesRefunds(BaseModel):
    id: str
    status: RefundStatus
    failure_code: Optional[str] = Field(alias="failureCode")
    amount: "PaymentsPageAccountInvoicesNodesCreditNotesRefundsAmount"


PaymentsPageAccountInvoicesNodesCreditNotesRefundsAmount = Amount
PaymentsPage.model_rebuild()
PaymentsPageAccount.model_rebuild()
PaymentsPageAccountPayments.model_rebuild()
PaymentsPageAccountPaymentsNodes.model_rebuild()
PaymentsPageAccountInvoices.model_rebuild()
PaymentsPageAccountInvoicesNodes.model_rebuild()
PaymentsPageAccountInvoicesNodesCreditNotes.model_rebuild()
PaymentsPageAccountInvoicesNodesCreditNotesRefunds.model_rebuild()
