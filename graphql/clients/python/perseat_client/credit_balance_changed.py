from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import EventKind
from .fragments import Amount


class CreditBalanceChanged(BaseModel):
    credit_balance_changed: "CreditBalanceChangedCreditBalanceChanged" = Field(
        alias="creditBalanceChanged"
    )


class CreditBalanceChangedCreditBalanceChanged(BaseModel):
    cursor: str
    kind: Optional[EventKind]
    at: datetime
    credits: "CreditBalanceChangedCreditBalanceChangedCredits"


class CreditBalanceChangedCreditBalanceChangedCredits(BaseModel):
    balance: "CreditBalanceChangedCreditBalanceChangedCreditsBalance"


CreditBalanceChangedCreditBalanceChangedCreditsBalance = Amount
CreditBalanceChanged.model_rebuild()
CreditBalanceChangedCreditBalanceChanged.model_rebuild()
CreditBalanceChangedCreditBalanceChangedCredits.model_rebuild()
