from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Key


class KeysPage(BaseModel):
    account: Optional["KeysPageAccount"]


class KeysPageAccount(BaseModel):
    id: str
    api_keys: "KeysPageAccountApiKeys" = Field(alias="apiKeys")


class KeysPageAccountApiKeys(BaseModel):
    nodes: list["KeysPageAccountApiKeysNodes"]
    page_info: "KeysPageAccountApiKeysPageInfo" = Field(alias="pageInfo")


KeysPageAccountApiKeysNodes = Key


class KeysPageAccountApiKeysPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


KeysPage.model_rebuild()
KeysPageAccount.model_rebuild()
KeysPageAccountApiKeys.model_rebuild()
