from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Key


class RevokeKey(BaseModel):
    revoke_api_key: "RevokeKeyRevokeApiKey" = Field(alias="revokeApiKey")


class RevokeKeyRevokeApiKey(BaseModel):
    api_key: Optional["RevokeKeyRevokeApiKeyApiKey"] = Field(alias="apiKey")
    user_errors: list["RevokeKeyRevokeApiKeyUserErrors"] = Field(alias="userErrors")


RevokeKeyRevokeApiKeyApiKey = Key


class RevokeKeyRevokeApiKeyUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


RevokeKey.model_rebuild()
RevokeKeyRevokeApiKey.model_rebuild()
