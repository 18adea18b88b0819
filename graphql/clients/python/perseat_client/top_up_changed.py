from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import EventKind, PaymentStatus, Purpose, Refusal
from .fragments import Amount


class TopUpChanged(BaseModel):
    top_up_changed: "TopUpChangedTopUpChanged" = Field(alias="topUpChanged")


class TopUpChangedTopUpChanged(BaseModel):
    cursor: str
    kind: Optional[EventKind]
    at: datetime
    auto_top_up: "TopUpChangedTopUpChangedAutoTopUp" = Field(alias="autoTopUp")
    top_up: Optional["TopUpChangedTopUpChangedTopUp"] = Field(alias="topUp")


class TopUpChangedTopUpChangedAutoTopUp(BaseModel):
    enabled: bool
    stopped_reason: Optional[Refusal] = Field(alias="stoppedReason")


class TopUpChangedTopUpChangedTopUp(BaseModel):
    payment: "TopUpChangedTopUpChangedTopUpPayment"


class TopUpChangedTopUpChangedTopUpPayment(BaseModel):
    id: str
    purpose: Purpose
    status: PaymentStatus
    decline_code: Optional[str] = Field(alias="declineCode")
    amount: "TopUpChangedTopUpChangedTopUpPaymentAmount"


TopUpChangedTopUpChangedTopUpPaymentAmount = Amount
TopUpChanged.model_rebuild()
TopUpChangedTopUpChanged.model_rebuild()
TopUpChangedTopUpChangedTopUp.model_rebuild()
TopUpChangedTopUpChangedTopUpPayment.model_rebuild()
