from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Amount


class SetCreditAlerts(BaseModel):
    set_credit_alerts: "SetCreditAlertsSetCreditAlerts" = Field(alias="setCreditAlerts")


class SetCreditAlertsSetCreditAlerts(BaseModel):
    credits: Optional["SetCreditAlertsSetCreditAlertsCredits"]
    user_errors: list["SetCreditAlertsSetCreditAlertsUserErrors"] = Field(
        alias="userErrors"
    )


class SetCreditAlertsSetCreditAlertsCredits(BaseModel):
    alerts: list["SetCreditAlertsSetCreditAlertsCreditsAlerts"]


class SetCreditAlertsSetCreditAlertsCreditsAlerts(BaseModel):
    id: str
    armed: bool
    threshold: "SetCreditAlertsSetCreditAlertsCreditsAlertsThreshold"


SetCreditAlertsSetCreditAlertsCreditsAlertsThreshold = Amount


class SetCreditAlertsSetCreditAlertsUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


SetCreditAlerts.model_rebuild()
SetCreditAlertsSetCreditAlerts.model_rebuild()
SetCreditAlertsSetCreditAlertsCredits.model_rebuild()
SetCreditAlertsSetCreditAlertsCreditsAlerts.model_rebuild()
