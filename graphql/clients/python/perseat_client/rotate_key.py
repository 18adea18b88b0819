from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Key


class RotateKey(BaseModel):
    rotate_api_key: "RotateKeyRotateApiKey" = Field(alias="rotateApiKey")


class RotateKeyRotateApiKey(BaseModel):
    api_key: Optional["RotateKeyRotateApiKeyApiKey"] = Field(alias="apiKey")
    text: Optional[str]
    user_errors: list["RotateKeyRotateApiKeyUserErrors"] = Field(alias="userErrors")


RotateKeyRotateApiKeyApiKey = Key


class RotateKeyRotateApiKeyUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


RotateKey.model_rebuild()
RotateKeyRotateApiKey.model_rebuild()
