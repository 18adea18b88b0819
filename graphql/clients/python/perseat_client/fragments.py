from datetime import date, datetime
from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    Activation,
    Direction,
    Environment,
    ErrorCode,
    Initiator,
    InvoiceKind,
    InvoiceStatus,
    KeyRole,
    Language,
    LineType,
    PaymentStatus,
    Purpose,
    Refusal,
    Role,
    Term,
    UsageKind,
    UserStatus,
)


class Amount(BaseModel):
    amount: Decimal
    currency: str


class Person(BaseModel):
    id: str
    first_name: str = Field(alias="firstName")
    last_name: str = Field(alias="lastName")
    email: str
    status: UserStatus
    roles: list[Role]
    billable: bool
    activation: Optional[Activation]


class Changed(BaseModel):
    user: Optional["ChangedUser"]
    user_errors: list["ChangedUserErrors"] = Field(alias="userErrors")


class ChangedUser(Person):
    version: int


class ChangedUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


class Charged(BaseModel):
    id: str
    purpose: Purpose
    status: PaymentStatus
    decline_code: Optional[str] = Field(alias="declineCode")
    created_at: datetime = Field(alias="createdAt")
    settled_at: Optional[datetime] = Field(alias="settledAt")
    next_look_at: Optional[datetime] = Field(alias="nextLookAt")
    amount: "ChargedAmount"
    amount_refunded: "ChargedAmountRefunded" = Field(alias="amountRefunded")
    amount_taken_back: "ChargedAmountTakenBack" = Field(alias="amountTakenBack")
    payment_method: Optional["ChargedPaymentMethod"] = Field(alias="paymentMethod")


class ChargedAmount(Amount):
    pass


class ChargedAmountRefunded(Amount):
    pass


class ChargedAmountTakenBack(Amount):
    pass


class ChargedPaymentMethod(BaseModel):
    id: str
    brand: str
    last_4: str = Field(alias="last4")


class CreditsState(BaseModel):
    balance: "CreditsStateBalance"
    funds: "CreditsStateFunds"
    auto_top_up: "CreditsStateAutoTopUp" = Field(alias="autoTopUp")


class CreditsStateBalance(Amount):
    pass


class CreditsStateFunds(BaseModel):
    available: "CreditsStateFundsAvailable"
    held: "CreditsStateFundsHeld"
    pending_debits: "CreditsStateFundsPendingDebits" = Field(alias="pendingDebits")
    incoming: "CreditsStateFundsIncoming"


class CreditsStateFundsAvailable(Amount):
    pass


class CreditsStateFundsHeld(Amount):
    pass


class CreditsStateFundsPendingDebits(Amount):
    pass


class CreditsStateFundsIncoming(Amount):
    pass


class CreditsStateAutoTopUp(BaseModel):
    enabled: bool
    stopped_reason: Optional[Refusal] = Field(alias="stoppedReason")
    threshold: "CreditsStateAutoTopUpThreshold"
    amount: "CreditsStateAutoTopUpAmount"
    daily_cap: "CreditsStateAutoTopUpDailyCap" = Field(alias="dailyCap")
    monthly_cap: "CreditsStateAutoTopUpMonthlyCap" = Field(alias="monthlyCap")


class CreditsStateAutoTopUpThreshold(Amount):
    pass


class CreditsStateAutoTopUpAmount(Amount):
    pass


class CreditsStateAutoTopUpDailyCap(Amount):
    pass


class CreditsStateAutoTopUpMonthlyCap(Amount):
    pass


class Details(BaseModel):
    legal_name: Optional[str] = Field(alias="legalName")
    address: Optional[str]
    tax_id: Optional[str] = Field(alias="taxId")
    language: Language
    tax_rate: Decimal = Field(alias="taxRate")


class InvoiceRow(BaseModel):
    id: str
    number: str
    kind: InvoiceKind
    status: InvoiceStatus
    period: "InvoiceRowPeriod"
    issued_on: date = Field(alias="issuedOn")
    due_on: date = Field(alias="dueOn")
    next_attempt_at: Optional[datetime] = Field(alias="nextAttemptAt")
    total: "InvoiceRowTotal"
    amount_due: "InvoiceRowAmountDue" = Field(alias="amountDue")
    pdf_url: str = Field(alias="pdfUrl")


class InvoiceRowPeriod(BaseModel):
    first_day: date = Field(alias="firstDay")
    last_day: date = Field(alias="lastDay")


class InvoiceRowTotal(Amount):
    pass


class InvoiceRowAmountDue(Amount):
    pass


class Key(BaseModel):
    id: str
    name: str
    role: KeyRole
    environment: Optional[Environment]
    scopes: Optional[list[str]]
    last_4: Optional[str] = Field(alias="last4")
    created_at: datetime = Field(alias="createdAt")
    expires_at: Optional[datetime] = Field(alias="expiresAt")
    last_used_at: Optional[datetime] = Field(alias="lastUsedAt")
    revoked_at: Optional[datetime] = Field(alias="revokedAt")


class Line(BaseModel):
    id: str
    description: str
    quantity: int
    unit_amount: "LineUnitAmount" = Field(alias="unitAmount")
    amount: "LineAmount"
    tax: "LineTax"
    period: Optional["LinePeriod"]
    explanation: str
    steps: list[str]


class LineUnitAmount(Amount):
    pass


class LineAmount(Amount):
    pass


class LineTax(Amount):
    pass


class LinePeriod(BaseModel):
    first_day: date = Field(alias="firstDay")
    last_day: date = Field(alias="lastDay")


class Method(BaseModel):
    id: str
    brand: str
    last_4: str = Field(alias="last4")
    expires_on: Optional[date] = Field(alias="expiresOn")
    expired: bool
    is_default: bool = Field(alias="isDefault")


class Side(BaseModel):
    held: int
    occupied: int
    available: int
    invoices: list["SideInvoices"]


class SideInvoices(BaseModel):
    issued_on: date = Field(alias="issuedOn")
    total: "SideInvoicesTotal"


class SideInvoicesTotal(Amount):
    pass


class Terms(BaseModel):
    plan: "TermsPlan"
    term: Term
    current_period: Optional["TermsCurrentPeriod"] = Field(alias="currentPeriod")
    minimum_licenses: int = Field(alias="minimumLicenses")
    next: Optional["TermsNext"]
    ends_on: Optional[date] = Field(alias="endsOn")


class TermsPlan(BaseModel):
    id: str
    name: str


class TermsCurrentPeriod(BaseModel):
    first_day: date = Field(alias="firstDay")
    last_day: date = Field(alias="lastDay")


class TermsNext(BaseModel):
    plan: "TermsNextPlan"
    term: Term
    effective_on: date = Field(alias="effectiveOn")


class TermsNextPlan(BaseModel):
    id: str
    name: str


class TopUpRule(BaseModel):
    balance: "TopUpRuleBalance"
    auto_top_up: "TopUpRuleAutoTopUp" = Field(alias="autoTopUp")


class TopUpRuleBalance(Amount):
    pass


class TopUpRuleAutoTopUp(BaseModel):
    enabled: bool
    stopped_reason: Optional[Refusal] = Field(alias="stoppedReason")
    threshold: "TopUpRuleAutoTopUpThreshold"
    amount: "TopUpRuleAutoTopUpAmount"
    daily_cap: "TopUpRuleAutoTopUpDailyCap" = Field(alias="dailyCap")
    monthly_cap: "TopUpRuleAutoTopUpMonthlyCap" = Field(alias="monthlyCap")


class TopUpRuleAutoTopUpThreshold(Amount):
    pass


class TopUpRuleAutoTopUpAmount(Amount):
    pass


class TopUpRuleAutoTopUpDailyCap(Amount):
    pass


class TopUpRuleAutoTopUpMonthlyCap(Amount):
    pass


class UsageEventRow(BaseModel):
    id: str
    event_id: str = Field(alias="eventId")
    posted_at: datetime = Field(alias="postedAt")
    happened_at: datetime = Field(alias="happenedAt")
    kind: UsageKind
    direction: Direction
    line_type: LineType = Field(alias="lineType")
    initiator: Initiator
    quantity: int
    included: bool
    amount: "UsageEventRowAmount"
    fee: "UsageEventRowFee"
    carrier: Optional[str]
    explanation: str
    user: Optional["UsageEventRowUser"]
    line: Optional["UsageEventRowLine"]


class UsageEventRowAmount(Amount):
    pass


class UsageEventRowFee(Amount):
    pass


class UsageEventRowUser(BaseModel):
    id: str
    first_name: str = Field(alias="firstName")
    last_name: str = Field(alias="lastName")
    status: UserStatus


class UsageEventRowLine(BaseModel):
    id: str
    number: str


Amount.model_rebuild()
Person.model_rebuild()
Changed.model_rebuild()
Charged.model_rebuild()
CreditsState.model_rebuild()
Details.model_rebuild()
InvoiceRow.model_rebuild()
Key.model_rebuild()
Line.model_rebuild()
Method.model_rebuild()
Side.model_rebuild()
Terms.model_rebuild()
TopUpRule.model_rebuild()
UsageEventRow.model_rebuild()
