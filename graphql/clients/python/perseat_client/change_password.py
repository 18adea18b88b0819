from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class ChangePassword(BaseModel):
    change_password: "ChangePasswordChangePassword" = Field(alias="changePassword")


class ChangePasswordChangePassword(BaseModel):
    user_errors: list["ChangePasswordChangePasswordUserErrors"] = Field(
        alias="userErrors"
    )


class ChangePasswordChangePasswordUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


ChangePassword.model_rebuild()
ChangePasswordChangePassword.model_rebuild()
