from datetime import date
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    AccountStatus,
    BillingPolicy,
    InvoiceKind,
    InvoiceStatus,
    Refusal,
    Role,
    Term,
    UserStatus,
)
from .fragments import Amount


class Dashboard(BaseModel):
    account: Optional["DashboardAccount"]


class DashboardAccount(BaseModel):
    id: str
    name: str
    status: AccountStatus
    billing_policy: BillingPolicy = Field(alias="billingPolicy")
    billing_timezone: str = Field(alias="billingTimezone")
    subscription: "DashboardAccountSubscription"
    licenses: "DashboardAccountLicenses"
    credits: "DashboardAccountCredits"
    users: "DashboardAccountUsers"
    invoices: "DashboardAccountInvoices"
    upcoming_invoice: Optional["DashboardAccountUpcomingInvoice"] = Field(
        alias="upcomingInvoice"
    )


class DashboardAccountSubscription(BaseModel):
    plan: "DashboardAccountSubscriptionPlan"
    term: Term
    current_period: Optional["DashboardAccountSubscriptionCurrentPeriod"] = Field(
        alias="currentPeriod"
    )
    next: Optional["DashboardAccountSubscriptionNext"]
    ends_on: Optional[date] = Field(alias="endsOn")


class DashboardAccountSubscriptionPlan(BaseModel):
    id: str
    name: str


class DashboardAccountSubscriptionCurrentPeriod(BaseModel):
    first_day: date = Field(alias="firstDay")
    last_day: date = Field(alias="lastDay")


class DashboardAccountSubscriptionNext(BaseModel):
    plan: "DashboardAccountSubscriptionNextPlan"
    term: Term
    effective_on: date = Field(alias="effectiveOn")


class DashboardAccountSubscriptionNextPlan(BaseModel):
    id: str
    name: str


class DashboardAccountLicenses(BaseModel):
    held: int
    occupied: int
    available: int
    minimum: int
    by_status: list["DashboardAccountLicensesByStatus"] = Field(alias="byStatus")


class DashboardAccountLicensesByStatus(BaseModel):
    status: UserStatus
    count: int


class DashboardAccountCredits(BaseModel):
    balance: "DashboardAccountCreditsBalance"
    auto_top_up: "DashboardAccountCreditsAutoTopUp" = Field(alias="autoTopUp")


DashboardAccountCreditsBalance = Amount


class DashboardAccountCreditsAutoTopUp(BaseModel):
    enabled: bool
    stopped_reason: Optional[Refusal] = Field(alias="stoppedReason")
    threshold: "DashboardAccountCreditsAutoTopUpThreshold"
    amount: "DashboardAccountCreditsAutoTopUpAmount"


DashboardAccountCreditsAutoTopUpThreshold = Amount
DashboardAccountCreditsAutoTopUpAmount = Amount


class DashboardAccountUsers(BaseModel):
    nodes: list["DashboardAccountUsersNodes"]
    page_info: "DashboardAccountUsersPageInfo" = Field(alias="pageInfo")


class DashboardAccountUsersNodes(BaseModel):
    id: str
    first_name: str = Field(alias="firstName")
    last_name: str = Field(alias="lastName")
    email: str
    status: UserStatus
    roles: list[Role]
    billable: bool


class DashboardAccountUsersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class DashboardAccountInvoices(BaseModel):
    nodes: list["DashboardAccountInvoicesNodes"]
    page_info: "DashboardAccountInvoicesPageInfo" = Field(alias="pageInfo")


class DashboardAccountInvoicesNodes(BaseModel):
    id: str
    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    issued_on: date = Field(alias="issuedOn")
    due_on: date = Field(alias="dueOn")
    total: "DashboardAccountInvoicesNodesTotal"
    amount_due: "DashboardAccountInvoicesNodesAmountDue" = Field(alias="amountDue")
    charges: list["DashboardAccountInvoicesNodesCharges"]


DashboardAccountInvoicesNodesTotal = Amount
DashboardAccountInvoicesNodesAmountDue = Amount


class DashboardAccountInvoicesNodesCharges(BaseModel):
    id: str
    description: str
    quantity: int
    unit_amount: "DashboardAccountInvoicesNodesChargesUnitAmount" = Field(
        alias="unitAmount"
    )
    amount: "DashboardAccountInvoicesNodesChargesAmount"


DashboardAccountInvoicesNodesChargesUnitAmount = Amount
DashboardAccountInvoicesNodesChargesAmount = Amount


class DashboardAccountInvoicesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class DashboardAccountUpcomingInvoice(BaseModel):
    kind: InvoiceKind
    issued_on: date = Field(alias="issuedOn")
    total: "DashboardAccountUpcomingInvoiceTotal"
    tax: "DashboardAccountUpcomingInvoiceTax"
    unbilled: "DashboardAccountUpcomingInvoiceUnbilled"
    charges: list["DashboardAccountUpcomingInvoiceCharges"]


DashboardAccountUpcomingInvoiceTotal = Amount
DashboardAccountUpcomingInvoiceTax = Amount
DashboardAccountUpcomingInvoiceUnbilled = Amount


class DashboardAccountUpcomingInvoiceCharges(BaseModel):
    description: str
    quantity: int
    unit_amount: "DashboardAccountUpcomingInvoiceChargesUnitAmount" = Field(
        alias="unitAmount"
    )
    amount: "DashboardAccountUpcomingInvoiceChargesAmount"


DashboardAccountUpcomingInvoiceChargesUnitAmount = Amount
DashboardAccountUpcomingInvoiceChargesAmount = Amount
Dashboard.model_rebuild()
DashboardAccount.model_rebuild()
DashboardAccountSubscription.model_rebuild()
DashboardAccountSubscriptionNext.model_rebuild()
DashboardAccountLicenses.model_rebuild()
DashboardAccountCredits.model_rebuild()
DashboardAccountCreditsAutoTopUp.model_rebuild()
DashboardAccountUsers.model_rebuild()
DashboardAccountInvoices.model_rebuild()
DashboardAccountInvoicesNodes.model_rebuild()
DashboardAccountInvoicesNodesCharges.model_rebuild()
DashboardAccountUpcomingInvoice.model_rebuild()
DashboardAccountUpcomingInvoiceCharges.model_rebuild()
