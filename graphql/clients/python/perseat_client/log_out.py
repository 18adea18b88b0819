from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class LogOut(BaseModel):
    log_out: "LogOutLogOut" = Field(alias="logOut")


class LogOutLogOut(BaseModel):
    user_errors: list["LogOutLogOutUserErrors"] = Field(alias="userErrors")


class LogOutLogOutUserErrors(BaseModel):
    code: ErrorCode
    message: str


LogOut.model_rebuild()
LogOutLogOut.model_rebuild()
