from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Terms


class CancelSubscription(BaseModel):
    cancel_subscription: "CancelSubscriptionCancelSubscription" = Field(
        alias="cancelSubscription"
    )


class CancelSubscriptionCancelSubscription(BaseModel):
    account: Optional["CancelSubscriptionCancelSubscriptionAccount"]
    user_errors: list["CancelSubscriptionCancelSubscriptionUserErrors"] = Field(
        alias="userErrors"
    )


class CancelSubscriptionCancelSubscriptionAccount(BaseModel):
    id: str
    subscription: "CancelSubscriptionCancelSubscriptionAccountSubscription"


CancelSubscriptionCancelSubscriptionAccountSubscription = Terms


class CancelSubscriptionCancelSubscriptionUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


CancelSubscription.model_rebuild()
CancelSubscriptionCancelSubscription.model_rebuild()
CancelSubscriptionCancelSubscriptionAccount.model_rebuild()
