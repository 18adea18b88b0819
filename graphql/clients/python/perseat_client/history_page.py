from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class HistoryPage(BaseModel):
    account: Optional["HistoryPageAccount"]


class HistoryPageAccount(BaseModel):
    id: str
    history: "HistoryPageAccountHistory"


class HistoryPageAccountHistory(BaseModel):
    nodes: list["HistoryPageAccountHistoryNodes"]
    page_info: "HistoryPageAccountHistoryPageInfo" = Field(alias="pageInfo")


class HistoryPageAccountHistoryNodes(BaseModel):
    id: str
    at: datetime
    kind: str
    sentence: str
    actor: Optional[str]
    reason: Optional[str]


class HistoryPageAccountHistoryPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


HistoryPage.model_rebuild()
HistoryPageAccount.model_rebuild()
HistoryPageAccountHistory.model_rebuild()
