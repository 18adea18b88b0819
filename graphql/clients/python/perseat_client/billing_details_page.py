from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Details


class BillingDetailsPage(BaseModel):
    account: Optional["BillingDetailsPageAccount"]


class BillingDetailsPageAccount(BaseModel):
    id: str
    name: str
    billing_details: "BillingDetailsPageAccountBillingDetails" = Field(
        alias="billingDetails"
    )


BillingDetailsPageAccountBillingDetails = Details
BillingDetailsPage.model_rebuild()
BillingDetailsPageAccount.model_rebuild()
