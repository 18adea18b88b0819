from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Key


class CreateKey(BaseModel):
    create_api_key: "CreateKeyCreateApiKey" = Field(alias="createApiKey")


class CreateKeyCreateApiKey(BaseModel):
    api_key: Optional["CreateKeyCreateApiKeyApiKey"] = Field(alias="apiKey")
    text: Optional[str]
    user_errors: list["CreateKeyCreateApiKeyUserErrors"] = Field(alias="userErrors")


CreateKeyCreateApiKeyApiKey = Key


class CreateKeyCreateApiKeyUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


CreateKey.model_rebuild()
CreateKeyCreateApiKey.model_rebuild()
