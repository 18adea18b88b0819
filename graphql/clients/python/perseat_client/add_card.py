from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Method


class AddCard(BaseModel):
    add_payment_method: "AddCardAddPaymentMethod" = Field(alias="addPaymentMethod")


class AddCardAddPaymentMethod(BaseModel):
    payment_method: Optional["AddCardAddPaymentMethodPaymentMethod"] = Field(
        alias="paymentMethod"
    )
    user_errors: list["AddCardAddPaymentMethodUserErrors"] = Field(alias="userErrors")


AddCardAddPaymentMethodPaymentMethod = Method


class AddCardAddPaymentMethodUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


AddCard.model_rebuild()
AddCardAddPaymentMethod.model_rebuild()
