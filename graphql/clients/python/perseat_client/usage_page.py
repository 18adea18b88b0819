from datetime import date
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Direction, Initiator, LineType, UsageBy, UsageKind, UserStatus
from .fragments import Amount


class UsagePage(BaseModel):
    account: Optional["UsagePageAccount"]


class UsagePageAccount(BaseModel):
    id: str
    billing_timezone: str = Field(alias="billingTimezone")
    usage: "UsagePageAccountUsage"


class UsagePageAccountUsage(BaseModel):
    from_: date = Field(alias="from")
    to: date
    by: UsageBy
    totals: "UsagePageAccountUsageTotals"
    by_day: list["UsagePageAccountUsageByDay"] = Field(alias="byDay")
    by_kind: list["UsagePageAccountUsageByKind"] = Field(alias="byKind")
    by_direction: list["UsagePageAccountUsageByDirection"] = Field(alias="byDirection")
    by_line_type: list["UsagePageAccountUsageByLineType"] = Field(alias="byLineType")
    by_initiator: list["UsagePageAccountUsageByInitiator"] = Field(alias="byInitiator")
    by_user: list["UsagePageAccountUsageByUser"] = Field(alias="byUser")
    by_line: list["UsagePageAccountUsageByLine"] = Field(alias="byLine")


class UsagePageAccountUsageTotals(BaseModel):
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageTotalsAmount"
    fees: "UsagePageAccountUsageTotalsFees"
    total: "UsagePageAccountUsageTotalsTotal"


UsagePageAccountUsageTotalsAmount = Amount
UsagePageAccountUsageTotalsFees = Amount
UsagePageAccountUsageTotalsTotal = Amount


class UsagePageAccountUsageByDay(BaseModel):
    day: date
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByDayAmount"
    fees: "UsagePageAccountUsageByDayFees"
    total: "UsagePageAccountUsageByDayTotal"


UsagePageAccountUsageByDayAmount = Amount
UsagePageAccountUsageByDayFees = Amount
UsagePageAccountUsageByDayTotal = Amount


class UsagePageAccountUsageByKind(BaseModel):
    kind: UsageKind
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByKindAmount"
    fees: "UsagePageAccountUsageByKindFees"
    total: "UsagePageAccountUsageByKindTotal"


UsagePageAccountUsageByKindAmount = Amount
UsagePageAccountUsageByKindFees = Amount
UsagePageAccountUsageByKindTotal = Amount


class UsagePageAccountUsageByDirection(BaseModel):
    direction: Direction
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByDirectionAmount"
    fees: "UsagePageAccountUsageByDirectionFees"
    total: "UsagePageAccountUsageByDirectionTotal"


UsagePageAccountUsageByDirectionAmount = Amount
UsagePageAccountUsageByDirectionFees = Amount
UsagePageAccountUsageByDirectionTotal = Amount


class UsagePageAccountUsageByLineType(BaseModel):
    line_type: LineType = Field(alias="lineType")
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByLineTypeAmount"
    fees: "UsagePageAccountUsageByLineTypeFees"
    total: "UsagePageAccountUsageByLineTypeTotal"


UsagePageAccountUsageByLineTypeAmount = Amount
UsagePageAccountUsageByLineTypeFees = Amount
UsagePageAccountUsageByLineTypeTotal = Amount


class UsagePageAccountUsageByInitiator(BaseModel):
    initiator: Initiator
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByInitiatorAmount"
    fees: "UsagePageAccountUsageByInitiatorFees"
    total: "UsagePageAccountUsageByInitiatorTotal"


UsagePageAccountUsageByInitiatorAmount = Amount
UsagePageAccountUsageByInitiatorFees = Amount
UsagePageAccountUsageByInitiatorTotal = Amount


class UsagePageAccountUsageByUser(BaseModel):
    label: str
    users: int
    user: Optional["UsagePageAccountUsageByUserUser"]
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByUserAmount"
    fees: "UsagePageAccountUsageByUserFees"
    total: "UsagePageAccountUsageByUserTotal"


class UsagePageAccountUsageByUserUser(BaseModel):
    id: str
    status: UserStatus


UsagePageAccountUsageByUserAmount = Amount
UsagePageAccountUsageByUserFees = Amount
UsagePageAccountUsageByUserTotal = Amount


class UsagePageAccountUsageByLine(BaseModel):
    label: str
    lines: int
    line: Optional["UsagePageAccountUsageByLineLine"]
    events: int
    paid_quantity: int = Field(alias="paidQuantity")
    included_quantity: int = Field(alias="includedQuantity")
    amount: "UsagePageAccountUsageByLineAmount"
    fees: "UsagePageAccountUsageByLineFees"
    total: "UsagePageAccountUsageByLineTotal"


class UsagePageAccountUsageByLineLine(BaseModel):
    id: str
    number: str


UsagePageAccountUsageByLineAmount = Amount
UsagePageAccountUsageByLineFees = Amount
UsagePageAccountUsageByLineTotal = Amount
UsagePage.model_rebuild()
UsagePageAccount.model_rebuild()
UsagePageAccountUsage.model_rebuild()
UsagePageAccountUsageTotals.model_rebuild()
UsagePageAccountUsageByDay.model_rebuild()
UsagePageAccountUsageByKind.model_rebuild()
UsagePageAccountUsageByDirection.model_rebuild()
UsagePageAccountUsageByLineType.model_rebuild()
UsagePageAccountUsageByInitiator.model_rebuild()
UsagePageAccountUsageByUser.model_rebuild()
UsagePageAccountUsageByLine.model_rebuild()
