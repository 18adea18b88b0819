from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import PaymentStatus, TransferKind, UsageKind
from .fragments import Amount


class CreditEntryList(BaseModel):
    account: Optional["CreditEntryListAccount"]


class CreditEntryListAccount(BaseModel):
    id: str
    credits: "CreditEntryListAccountCredits"


class CreditEntryListAccountCredits(BaseModel):
    entries: "CreditEntryListAccountCreditsEntries"


class CreditEntryListAccountCreditsEntries(BaseModel):
    nodes: list["CreditEntryListAccountCreditsEntriesNodes"]
    page_info: "CreditEntryListAccountCreditsEntriesPageInfo" = Field(alias="pageInfo")


class CreditEntryListAccountCreditsEntriesNodes(BaseModel):
    id: str
    kind: TransferKind
    at: datetime
    amount: "CreditEntryListAccountCreditsEntriesNodesAmount"
    balance: "CreditEntryListAccountCreditsEntriesNodesBalance"
    usage: list["CreditEntryListAccountCreditsEntriesNodesUsage"]
    payment: Optional["CreditEntryListAccountCreditsEntriesNodesPayment"]
    invoice: Optional["CreditEntryListAccountCreditsEntriesNodesInvoice"]


CreditEntryListAccountCreditsEntriesNodesAmount = Amount
CreditEntryListAccountCreditsEntriesNodesBalance = Amount


class CreditEntryListAccountCreditsEntriesNodesUsage(BaseModel):
    kind: UsageKind
    events: int
    quantity: int
    amount: "CreditEntryListAccountCreditsEntriesNodesUsageAmount"


CreditEntryListAccountCreditsEntriesNodesUsageAmount = Amount


class CreditEntryListAccountCreditsEntriesNodesPayment(BaseModel):
    id: str
    status: PaymentStatus


class CreditEntryListAccountCreditsEntriesNodesInvoice(BaseModel):
    id: str
    number: str
    pdf_url: str = Field(alias="pdfUrl")


class CreditEntryListAccountCreditsEntriesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


CreditEntryList.model_rebuild()
CreditEntryListAccount.model_rebuild()
CreditEntryListAccountCredits.model_rebuild()
CreditEntryListAccountCreditsEntries.model_rebuild()
CreditEntryListAccountCreditsEntriesNodes.model_rebuild()
CreditEntryListAccountCreditsEntriesNodesUsage.model_rebuild()
