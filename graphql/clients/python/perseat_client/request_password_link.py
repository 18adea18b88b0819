from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class RequestPasswordLink(BaseModel):
    request_password_link: "RequestPasswordLinkRequestPasswordLink" = Field(
        alias="requestPasswordLink"
    )


class RequestPasswordLinkRequestPasswordLink(BaseModel):
    retry_after: Optional[int] = Field(alias="retryAfter")
    user_errors: list["RequestPasswordLinkRequestPasswordLinkUserErrors"] = Field(
        alias="userErrors"
    )


class RequestPasswordLinkRequestPasswordLinkUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


RequestPasswordLink.model_rebuild()
RequestPasswordLinkRequestPasswordLink.model_rebuild()
