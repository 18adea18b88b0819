from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Terms


class ResumeSubscription(BaseModel):
    resume_subscription: "ResumeSubscriptionResumeSubscription" = Field(
        alias="resumeSubscription"
    )


class ResumeSubscriptionResumeSubscription(BaseModel):
    account: Optional["ResumeSubscriptionResumeSubscriptionAccount"]
    user_errors: list["ResumeSubscriptionResumeSubscriptionUserErrors"] = Field(
        alias="userErrors"
    )


class ResumeSubscriptionResumeSubscriptionAccount(BaseModel):
    id: str
    subscription: "ResumeSubscriptionResumeSubscriptionAccountSubscription"


ResumeSubscriptionResumeSubscriptionAccountSubscription = Terms


class ResumeSubscriptionResumeSubscriptionUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


ResumeSubscription.model_rebuild()
ResumeSubscriptionResumeSubscription.model_rebuild()
ResumeSubscriptionResumeSubscriptionAccount.model_rebuild()
