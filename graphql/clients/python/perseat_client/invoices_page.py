from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import InvoiceRow


class InvoicesPage(BaseModel):
    account: Optional["InvoicesPageAccount"]


class InvoicesPageAccount(BaseModel):
    id: str
    invoices: "InvoicesPageAccountInvoices"


class InvoicesPageAccountInvoices(BaseModel):
    nodes: list["InvoicesPageAccountInvoicesNodes"]
    page_info: "InvoicesPageAccountInvoicesPageInfo" = Field(alias="pageInfo")


InvoicesPageAccountInvoicesNodes = InvoiceRow


class InvoicesPageAccountInvoicesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


InvoicesPage.model_rebuild()
InvoicesPageAccount.model_rebuild()
InvoicesPageAccountInvoices.model_rebuild()
