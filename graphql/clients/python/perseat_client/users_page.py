from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import UserStatus
from .fragments import Person


class UsersPage(BaseModel):
    account: Optional["UsersPageAccount"]


class UsersPageAccount(BaseModel):
    id: str
    licenses: "UsersPageAccountLicenses"
    users: "UsersPageAccountUsers"


class UsersPageAccountLicenses(BaseModel):
    held: int
    occupied: int
    available: int
    minimum: int
    by_status: list["UsersPageAccountLicensesByStatus"] = Field(alias="byStatus")


class UsersPageAccountLicensesByStatus(BaseModel):
    status: UserStatus
    count: int


class UsersPageAccountUsers(BaseModel):
    total_count: int = Field(alias="totalCount")
    nodes: list["UsersPageAccountUsersNodes"]
    page_info: "UsersPageAccountUsersPageInfo" = Field(alias="pageInfo")


UsersPageAccountUsersNodes = Person


class UsersPageAccountUsersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


UsersPage.model_rebuild()
UsersPageAccount.model_rebuild()
UsersPageAccountLicenses.model_rebuild()
UsersPageAccountUsers.model_rebuild()
