from datetime import date, datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PaymentStatus, PendingKind, Purpose, Refusal, TransferKind
from .fragments import (  # noqa: F401
    Amount,
    CreditsState,
    CreditsStateAutoTopUp,
    CreditsStateBalance,
    CreditsStateFunds,
)


class CreditsPage(BaseModel):
    account: Optional["CreditsPageAccount"]


class CreditsPageAccount(BaseModel):
    id: str
    credits: "CreditsPageAccountCredits"
    payment_methods: list["CreditsPageAccountPaymentMethods"] = Field(
        alias="paymentMethods"
    )


class CreditsPageAccountCredits(CreditsState):
    forecast: Optional["CreditsPageAccountCreditsForecast"]
    spend: "CreditsPageAccountCreditsSpend"
    pending: list["CreditsPageAccountCreditsPending"]
    alerts: list["CreditsPageAccountCreditsAlerts"]
    top_ups: "CreditsPageAccountCreditsTopUps" = Field(alias="topUps")
    refusals: "CreditsPageAccountCreditsRefusals"


class CreditsPageAccountCreditsForecast(BaseModel):
    sentence: str
    runs_out_at: Optional[datetime] = Field(alias="runsOutAt")
    burn_per_day: "CreditsPageAccountCreditsForecastBurnPerDay" = Field(
        alias="burnPerDay"
    )


CreditsPageAccountCreditsForecastBurnPerDay = Amount


class CreditsPageAccountCreditsSpend(BaseModel):
    total: "CreditsPageAccountCreditsSpendTotal"
    kinds: list["CreditsPageAccountCreditsSpendKinds"]


CreditsPageAccountCreditsSpendTotal = Amount


class CreditsPageAccountCreditsSpendKinds(BaseModel):
    kind: TransferKind
    entries: int
    amount: "CreditsPageAccountCreditsSpendKindsAmount"


CreditsPageAccountCreditsSpendKindsAmount = Amount


class CreditsPageAccountCreditsPending(BaseModel):
    kind: PendingKind
    due_at: Optional[datetime] = Field(alias="dueAt")
    day: Optional[date]
    events: Optional[int]
    amount: "CreditsPageAccountCreditsPendingAmount"


CreditsPageAccountCreditsPendingAmount = Amount


class CreditsPageAccountCreditsAlerts(BaseModel):
    id: str
    armed: bool
    last_crossed_at: Optional[datetime] = Field(alias="lastCrossedAt")
    threshold: "CreditsPageAccountCreditsAlertsThreshold"


CreditsPageAccountCreditsAlertsThreshold = Amount


class CreditsPageAccountCreditsTopUps(BaseModel):
    nodes: list["CreditsPageAccountCreditsTopUpsNodes"]


class CreditsPageAccountCreditsTopUpsNodes(BaseModel):
    id: str
    purpose: Purpose
    status: PaymentStatus
    decline_code: Optional[str] = Field(alias="declineCode")
    created_at: datetime = Field(alias="createdAt")
    settled_at: Optional[datetime] = Field(alias="settledAt")
    amount: "CreditsPageAccountCreditsTopUpsNodesAmount"


CreditsPageAccountCreditsTopUpsNodesAmount = Amount


class CreditsPageAccountCreditsRefusals(BaseModel):
    nodes: list["CreditsPageAccountCreditsRefusalsNodes"]


class CreditsPageAccountCreditsRefusalsNodes(BaseModel):
    reason: Refusal
    at: datetime
    balance: "CreditsPageAccountCreditsRefusalsNodesBalance"


CreditsPageAccountCreditsRefusalsNodesBalance = Amount


class CreditsPageAccountPaymentMethods(BaseModel):
    id: str
    brand: str
    last_4: str = Field(alias="last4")
    is_default: bool = Field(alias="isDefault")


CreditsPage.model_rebuild()
CreditsPageAccount.model_rebuild()
CreditsPageAccountCredits.model_rebuild()
CreditsPageAccountCreditsForecast.model_rebuild()
CreditsPageAccountCreditsSpend.model_rebuild()
CreditsPageAccountCreditsSpendKinds.model_rebuild()
CreditsPageAccountCreditsPending.model_rebuild()
CreditsPageAccountCreditsAlerts.model_rebuild()
CreditsPageAccountCreditsTopUps.model_rebuild()
CreditsPageAccountCreditsTopUpsNodes.model_rebuild()
CreditsPageAccountCreditsRefusals.model_rebuild()
CreditsPageAccountCreditsRefusalsNodes.model_rebuild()
