from datetime import datetime
from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import Role, TimelineEventKind, UserStatus
from .fragments import Person


class UserDetail(BaseModel):
    node: Optional[
        Annotated[
            Union[
                "UserDetailNodeAccount",
                "UserDetailNodeUser",
                "UserDetailNodeInvoice",
                "UserDetailNodeCreditNote",
                "UserDetailNodeLine",
                "UserDetailNodeRingGroup",
                "UserDetailNodeContact",
                "UserDetailNodeContactList",
                "UserDetailNodeUsageEvent",
                "UserDetailNodeBillingRun",
                "UserDetailNodePayment",
            ],
            Field(discriminator="typename__"),
        ]
    ]
    account: Optional["UserDetailAccount"]


class UserDetailNodeAccount(BaseModel):
    typename__: Literal["Account"] = Field(alias="__typename")


class UserDetailNodeUser(Person):
    typename__: Literal["User"] = Field(alias="__typename")
    created_at: datetime = Field(alias="createdAt")
    version: int
    access: "UserDetailNodeUserAccess"


class UserDetailNodeUserAccess(BaseModel):
    can_log_in: bool = Field(alias="canLogIn")
    can_see_reports: bool = Field(alias="canSeeReports")
    can_change_settings: bool = Field(alias="canChangeSettings")
    can_receive_calls: bool = Field(alias="canReceiveCalls")
    goes_to_voicemail: bool = Field(alias="goesToVoicemail")
    can_make_calls: bool = Field(alias="canMakeCalls")
    rings_in_groups: bool = Field(alias="ringsInGroups")
    is_notified: bool = Field(alias="isNotified")
    is_billable: bool = Field(alias="isBillable")


class UserDetailNodeInvoice(BaseModel):
    typename__: Literal["Invoice"] = Field(alias="__typename")


class UserDetailNodeCreditNote(BaseModel):
    typename__: Literal["CreditNote"] = Field(alias="__typename")


class UserDetailNodeLine(BaseModel):
    typename__: Literal["Line"] = Field(alias="__typename")


class UserDetailNodeRingGroup(BaseModel):
    typename__: Literal["RingGroup"] = Field(alias="__typename")


class UserDetailNodeContact(BaseModel):
    typename__: Literal["Contact"] = Field(alias="__typename")


class UserDetailNodeContactList(BaseModel):
    typename__: Literal["ContactList"] = Field(alias="__typename")


class UserDetailNodeUsageEvent(BaseModel):
    typename__: Literal["UsageEvent"] = Field(alias="__typename")


class UserDetailNodeBillingRun(BaseModel):
    typename__: Literal["BillingRun"] = Field(alias="__typename")


class UserDetailNodePayment(BaseModel):
    typename__: Literal["Payment"] = Field(alias="__typename")


class UserDetailAccount(BaseModel):
    id: str
    timeline: "UserDetailAccountTimeline"


class UserDetailAccountTimeline(BaseModel):
    nodes: list["UserDetailAccountTimelineNodes"]


class UserDetailAccountTimelineNodes(BaseModel):
    at: datetime
    actor: str
    kind: TimelineEventKind
    from_status: Optional[UserStatus] = Field(alias="fromStatus")
    to_status: Optional[UserStatus] = Field(alias="toStatus")
    role: Optional[Role]
    reason: Optional[str]


UserDetail.model_rebuild()
UserDetailNodeUser.model_rebuild()
UserDetailAccount.model_rebuild()
UserDetailAccountTimeline.model_rebuild()
