from datetime import date, datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PaymentStatus, TopUpOutcome
from .fragments import (  # noqa: F401
    Amount,
    TopUpRule,
    TopUpRuleAutoTopUp,
    TopUpRuleBalance,
)


class TopUpPage(BaseModel):
    account: Optional["TopUpPageAccount"]


class TopUpPageAccount(BaseModel):
    id: str
    payment_methods: list["TopUpPageAccountPaymentMethods"] = Field(
        alias="paymentMethods"
    )
    credits: "TopUpPageAccountCredits"


class TopUpPageAccountPaymentMethods(BaseModel):
    id: str
    brand: str
    last_4: str = Field(alias="last4")
    expires_on: Optional[date] = Field(alias="expiresOn")
    expired: bool
    is_default: bool = Field(alias="isDefault")


class TopUpPageAccountCredits(TopUpRule):
    top_up_decisions: "TopUpPageAccountCreditsTopUpDecisions" = Field(
        alias="topUpDecisions"
    )


class TopUpPageAccountCreditsTopUpDecisions(BaseModel):
    nodes: list["TopUpPageAccountCreditsTopUpDecisionsNodes"]
    page_info: "TopUpPageAccountCreditsTopUpDecisionsPageInfo" = Field(alias="pageInfo")


class TopUpPageAccountCreditsTopUpDecisionsNodes(BaseModel):
    id: str
    outcome: TopUpOutcome
    sentence: str
    at: datetime
    times: int
    balance: "TopUpPageAccountCreditsTopUpDecisionsNodesBalance"
    amount: "TopUpPageAccountCreditsTopUpDecisionsNodesAmount"
    payment: Optional["TopUpPageAccountCreditsTopUpDecisionsNodesPayment"]


TopUpPageAccountCreditsTopUpDecisionsNodesBalance = Amount
TopUpPageAccountCreditsTopUpDecisionsNodesAmount = Amount


class TopUpPageAccountCreditsTopUpDecisionsNodesPayment(BaseModel):
    id: str
    status: PaymentStatus
    decline_code: Optional[str] = Field(alias="declineCode")


class TopUpPageAccountCreditsTopUpDecisionsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


TopUpPage.model_rebuild()
TopUpPageAccount.model_rebuild()
TopUpPageAccountCredits.model_rebuild()
TopUpPageAccountCreditsTopUpDecisions.model_rebuild()
TopUpPageAccountCreditsTopUpDecisionsNodes.model_rebuild()
