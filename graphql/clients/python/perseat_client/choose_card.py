from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Method


class ChooseCard(BaseModel):
    set_default_payment_method: "ChooseCardSetDefaultPaymentMethod" = Field(
        alias="setDefaultPaymentMethod"
    )


class ChooseCardSetDefaultPaymentMethod(BaseModel):
    payment_methods: list["ChooseCardSetDefaultPaymentMethodPaymentMethods"] = Field(
        alias="paymentMethods"
    )
    user_errors: list["ChooseCardSetDefaultPaymentMethodUserErrors"] = Field(
        alias="userErrors"
    )


ChooseCardSetDefaultPaymentMethodPaymentMethods = Method


class ChooseCardSetDefaultPaymentMethodUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


ChooseCard.model_rebuild()
ChooseCardSetDefaultPaymentMethod.model_rebuild()
