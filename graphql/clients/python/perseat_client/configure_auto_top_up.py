from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import CreditsState


class ConfigureAutoTopUp(BaseModel):
    configure_auto_top_up: "ConfigureAutoTopUpConfigureAutoTopUp" = Field(
        alias="configureAutoTopUp"
    )


class ConfigureAutoTopUpConfigureAutoTopUp(BaseModel):
    credits: Optional["ConfigureAutoTopUpConfigureAutoTopUpCredits"]
    user_errors: list["ConfigureAutoTopUpConfigureAutoTopUpUserErrors"] = Field(
        alias="userErrors"
    )


ConfigureAutoTopUpConfigureAutoTopUpCredits = CreditsState


class ConfigureAutoTopUpConfigureAutoTopUpUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


ConfigureAutoTopUp.model_rebuild()
ConfigureAutoTopUpConfigureAutoTopUp.model_rebuild()
