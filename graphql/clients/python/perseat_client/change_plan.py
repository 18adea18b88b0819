from datetime import date
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Amount, Terms


class ChangePlan(BaseModel):
    change_plan: "ChangePlanChangePlan" = Field(alias="changePlan")


class ChangePlanChangePlan(BaseModel):
    account: Optional["ChangePlanChangePlanAccount"]
    effective_on: Optional[date] = Field(alias="effectiveOn")
    charges: list["ChangePlanChangePlanCharges"]
    user_errors: list["ChangePlanChangePlanUserErrors"] = Field(alias="userErrors")


class ChangePlanChangePlanAccount(BaseModel):
    id: str
    subscription: "ChangePlanChangePlanAccountSubscription"


ChangePlanChangePlanAccountSubscription = Terms


class ChangePlanChangePlanCharges(BaseModel):
    id: str
    description: str
    amount: "ChangePlanChangePlanChargesAmount"
    explanation: str


ChangePlanChangePlanChargesAmount = Amount


class ChangePlanChangePlanUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


ChangePlan.model_rebuild()
ChangePlanChangePlan.model_rebuild()
ChangePlanChangePlanAccount.model_rebuild()
ChangePlanChangePlanCharges.model_rebuild()
