from datetime import datetime
from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import InvoiceStatus, TransferKind
from .fragments import (  # noqa: F401
    Amount,
    UsageEventRow,
    UsageEventRowAmount,
    UsageEventRowFee,
    UsageEventRowLine,
    UsageEventRowUser,
)


class UsageEventDetail(BaseModel):
    node: Optional[
        Annotated[
            Union[
                "UsageEventDetailNodeAccount",
                "UsageEventDetailNodeUser",
                "UsageEventDetailNodeInvoice",
                "UsageEventDetailNodeCreditNote",
                "UsageEventDetailNodeLine",
                "UsageEventDetailNodeRingGroup",
                "UsageEventDetailNodeContact",
                "UsageEventDetailNodeContactList",
                "UsageEventDetailNodeUsageEvent",
                "UsageEventDetailNodeBillingRun",
                "UsageEventDetailNodePayment",
            ],
            Field(discriminator="typename__"),
        ]
    ]


class UsageEventDetailNodeAccount(BaseModel):
    typename__: Literal["Account"] = Field(alias="__typename")


class UsageEventDetailNodeUser(BaseModel):
    typename__: Literal["User"] = Field(alias="__typename")


class UsageEventDetailNodeInvoice(BaseModel):
    typename__: Literal["Invoice"] = Field(alias="__typename")


class UsageEventDetailNodeCreditNote(BaseModel):
    typename__: Literal["CreditNote"] = Field(alias="__typename")


class UsageEventDetailNodeLine(BaseModel):
    typename__: Literal["Line"] = Field(alias="__typename")


class UsageEventDetailNodeRingGroup(BaseModel):
    typename__: Literal["RingGroup"] = Field(alias="__typename")


class UsageEventDetailNodeContact(BaseModel):
    typename__: Literal["Contact"] = Field(alias="__typename")


class UsageEventDetailNodeContactList(BaseModel):
    typename__: Literal["ContactList"] = Field(alias="__typename")


class UsageEventDetailNodeUsageEvent(UsageEventRow):
    typename__: Literal["UsageEvent"] = Field(alias="__typename")
    source: str
    hold_id: Optional[str] = Field(alias="holdId")
    deferred: bool
    rate: "UsageEventDetailNodeUsageEventRate"
    fee_rate: "UsageEventDetailNodeUsageEventFeeRate" = Field(alias="feeRate")
    debit: Optional["UsageEventDetailNodeUsageEventDebit"]
    fee_debit: Optional["UsageEventDetailNodeUsageEventFeeDebit"] = Field(
        alias="feeDebit"
    )
    invoice: Optional["UsageEventDetailNodeUsageEventInvoice"]
    reason: Optional[str]
    adjusts: Optional["UsageEventDetailNodeUsageEventAdjusts"]
    adjusted_by: list["UsageEventDetailNodeUsageEventAdjustedBy"] = Field(
        alias="adjustedBy"
    )


UsageEventDetailNodeUsageEventRate = Amount
UsageEventDetailNodeUsageEventFeeRate = Amount


class UsageEventDetailNodeUsageEventDebit(BaseModel):
    id: str
    kind: TransferKind
    at: datetime
    amount: "UsageEventDetailNodeUsageEventDebitAmount"


UsageEventDetailNodeUsageEventDebitAmount = Amount


class UsageEventDetailNodeUsageEventFeeDebit(BaseModel):
    id: str
    kind: TransferKind
    at: datetime
    amount: "UsageEventDetailNodeUsageEventFeeDebitAmount"


UsageEventDetailNodeUsageEventFeeDebitAmount = Amount


class UsageEventDetailNodeUsageEventInvoice(BaseModel):
    id: str
    number: str
    status: InvoiceStatus
    pdf_url: str = Field(alias="pdfUrl")


class UsageEventDetailNodeUsageEventAdjusts(BaseModel):
    id: str
    event_id: str = Field(alias="eventId")
    quantity: int


class UsageEventDetailNodeUsageEventAdjustedBy(BaseModel):
    id: str
    event_id: str = Field(alias="eventId")
    quantity: int
    reason: Optional[str]
    posted_at: datetime = Field(alias="postedAt")
    amount: "UsageEventDetailNodeUsageEventAdjustedByAmount"


UsageEventDetailNodeUsageEventAdjustedByAmount = Amount


class UsageEventDetailNodeBillingRun(BaseModel):
    typename__: Literal["BillingRun"] = Field(alias="__typename")


class UsageEventDetailNodePayment(BaseModel):
    typename__: Literal["Payment"] = Field(alias="__typename")


UsageEventDetail.model_rebuild()
UsageEventDetailNodeUsageEvent.model_rebuild()
UsageEventDetailNodeUsageEventDebit.model_rebuild()
UsageEventDetailNodeUsageEventFeeDebit.model_rebuild()
UsageEventDetailNodeUsageEventAdjustedBy.model_rebuild()
