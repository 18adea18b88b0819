from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode, PaymentStatus
from .fragments import Amount


class BuyCredits(BaseModel):
    buy_credits: "BuyCreditsBuyCredits" = Field(alias="buyCredits")


class BuyCreditsBuyCredits(BaseModel):
    payment: Optional["BuyCreditsBuyCreditsPayment"]
    user_errors: list["BuyCreditsBuyCreditsUserErrors"] = Field(alias="userErrors")


class BuyCreditsBuyCreditsPayment(BaseModel):
    id: str
    status: PaymentStatus
    decline_code: Optional[str] = Field(alias="declineCode")
    amount: "BuyCreditsBuyCreditsPaymentAmount"


BuyCreditsBuyCreditsPaymentAmount = Amount


class BuyCreditsBuyCreditsUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


BuyCredits.model_rebuild()
BuyCreditsBuyCredits.model_rebuild()
BuyCreditsBuyCreditsPayment.model_rebuild()
