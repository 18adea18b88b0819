from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class RefreshSession(BaseModel):
    refresh_session: "RefreshSessionRefreshSession" = Field(alias="refreshSession")


class RefreshSessionRefreshSession(BaseModel):
    access_token: Optional[str] = Field(alias="accessToken")
    expires_at: Optional[datetime] = Field(alias="expiresAt")
    user_errors: list["RefreshSessionRefreshSessionUserErrors"] = Field(
        alias="userErrors"
    )


class RefreshSessionRefreshSessionUserErrors(BaseModel):
    code: ErrorCode
    message: str


RefreshSession.model_rebuild()
RefreshSessionRefreshSession.model_rebuild()
