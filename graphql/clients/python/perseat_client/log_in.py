from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class LogIn(BaseModel):
    log_in: "LogInLogIn" = Field(alias="logIn")


class LogInLogIn(BaseModel):
    access_token: Optional[str] = Field(alias="accessToken")
    expires_at: Optional[datetime] = Field(alias="expiresAt")
    accounts: list["LogInLogInAccounts"]
    retry_after: Optional[int] = Field(alias="retryAfter")
    user_errors: list["LogInLogInUserErrors"] = Field(alias="userErrors")


class LogInLogInAccounts(BaseModel):
    id: str
    name: str


class LogInLogInUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


LogIn.model_rebuild()
LogInLogIn.model_rebuild()
