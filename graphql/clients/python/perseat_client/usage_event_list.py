from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import UsageEventRow


class UsageEventList(BaseModel):
    account: Optional["UsageEventListAccount"]


class UsageEventListAccount(BaseModel):
    id: str
    usage_events: "UsageEventListAccountUsageEvents" = Field(alias="usageEvents")


class UsageEventListAccountUsageEvents(BaseModel):
    nodes: list["UsageEventListAccountUsageEventsNodes"]
    page_info: "UsageEventListAccountUsageEventsPageInfo" = Field(alias="pageInfo")


UsageEventListAccountUsageEventsNodes = UsageEventRow


class UsageEventListAccountUsageEventsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


UsageEventList.model_rebuild()
UsageEventListAccount.model_rebuild()
UsageEventListAccountUsageEvents.model_rebuild()
