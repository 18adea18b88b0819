from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Details


class UpdateBillingDetails(BaseModel):
    update_billing_details: "UpdateBillingDetailsUpdateBillingDetails" = Field(
        alias="updateBillingDetails"
    )


class UpdateBillingDetailsUpdateBillingDetails(BaseModel):
    billing_details: Optional[
        "UpdateBillingDetailsUpdateBillingDetailsBillingDetails"
    ] = Field(alias="billingDetails")
    user_errors: list["UpdateBillingDetailsUpdateBillingDetailsUserErrors"] = Field(
        alias="userErrors"
    )


UpdateBillingDetailsUpdateBillingDetailsBillingDetails = Details


class UpdateBillingDetailsUpdateBillingDetailsUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


UpdateBillingDetails.model_rebuild()
UpdateBillingDetailsUpdateBillingDetails.model_rebuild()
