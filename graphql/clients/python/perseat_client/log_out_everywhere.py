from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class LogOutEverywhere(BaseModel):
    log_out_everywhere: "LogOutEverywhereLogOutEverywhere" = Field(
        alias="logOutEverywhere"
    )


class LogOutEverywhereLogOutEverywhere(BaseModel):
    user_errors: list["LogOutEverywhereLogOutEverywhereUserErrors"] = Field(
        alias="userErrors"
    )


class LogOutEverywhereLogOutEverywhereUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


LogOutEverywhere.model_rebuild()
LogOutEverywhereLogOutEverywhere.model_rebuild()
