from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import AccountStatus, ErrorCode, InvoiceStatus
from .fragments import Amount, Terms


class ConvertTrial(BaseModel):
    convert_trial: "ConvertTrialConvertTrial" = Field(alias="convertTrial")


class ConvertTrialConvertTrial(BaseModel):
    account: Optional["ConvertTrialConvertTrialAccount"]
    invoice: Optional["ConvertTrialConvertTrialInvoice"]
    user_errors: list["ConvertTrialConvertTrialUserErrors"] = Field(alias="userErrors")


class ConvertTrialConvertTrialAccount(BaseModel):
    id: str
    status: AccountStatus
    subscription: "ConvertTrialConvertTrialAccountSubscription"


ConvertTrialConvertTrialAccountSubscription = Terms


class ConvertTrialConvertTrialInvoice(BaseModel):
    id: str
    number: str
    total: "ConvertTrialConvertTrialInvoiceTotal"
    status: InvoiceStatus


ConvertTrialConvertTrialInvoiceTotal = Amount


class ConvertTrialConvertTrialUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


ConvertTrial.model_rebuild()
ConvertTrialConvertTrial.model_rebuild()
ConvertTrialConvertTrialAccount.model_rebuild()
ConvertTrialConvertTrialInvoice.model_rebuild()
