from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Charged


class PayInvoice(BaseModel):
    pay_invoice: "PayInvoicePayInvoice" = Field(alias="payInvoice")


class PayInvoicePayInvoice(BaseModel):
    payment: Optional["PayInvoicePayInvoicePayment"]
    user_errors: list["PayInvoicePayInvoiceUserErrors"] = Field(alias="userErrors")


PayInvoicePayInvoicePayment = Charged


class PayInvoicePayInvoiceUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


PayInvoice.model_rebuild()
PayInvoicePayInvoice.model_rebuild()
