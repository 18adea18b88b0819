from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Method


class RemoveCard(BaseModel):
    remove_payment_method: "RemoveCardRemovePaymentMethod" = Field(
        alias="removePaymentMethod"
    )


class RemoveCardRemovePaymentMethod(BaseModel):
    payment_methods: list["RemoveCardRemovePaymentMethodPaymentMethods"] = Field(
        alias="paymentMethods"
    )
    user_errors: list["RemoveCardRemovePaymentMethodUserErrors"] = Field(
        alias="userErrors"
    )


RemoveCardRemovePaymentMethodPaymentMethods = Method


class RemoveCardRemovePaymentMethodUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


RemoveCard.model_rebuild()
RemoveCardRemovePaymentMethod.model_rebuild()
