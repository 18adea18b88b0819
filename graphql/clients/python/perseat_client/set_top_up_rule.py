from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import TopUpRule


class SetTopUpRule(BaseModel):
    configure_auto_top_up: "SetTopUpRuleConfigureAutoTopUp" = Field(
        alias="configureAutoTopUp"
    )


class SetTopUpRuleConfigureAutoTopUp(BaseModel):
    credits: Optional["SetTopUpRuleConfigureAutoTopUpCredits"]
    notes: list[str]
    user_errors: list["SetTopUpRuleConfigureAutoTopUpUserErrors"] = Field(
        alias="userErrors"
    )


SetTopUpRuleConfigureAutoTopUpCredits = TopUpRule


class SetTopUpRuleConfigureAutoTopUpUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


SetTopUpRule.model_rebuild()
SetTopUpRuleConfigureAutoTopUp.model_rebuild()
