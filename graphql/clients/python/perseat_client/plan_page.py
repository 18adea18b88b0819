from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import BillingPolicy, Component, Term
from .fragments import Amount, Terms


class PlanPage(BaseModel):
    account: Optional["PlanPageAccount"]
    plans: list["PlanPagePlans"]


class PlanPageAccount(BaseModel):
    id: str
    billing_policy: BillingPolicy = Field(alias="billingPolicy")
    subscription: "PlanPageAccountSubscription"
    add_ons: list["PlanPageAccountAddOns"] = Field(alias="addOns")


PlanPageAccountSubscription = Terms


class PlanPageAccountAddOns(BaseModel):
    kind: Component
    quantity: int


class PlanPagePlans(BaseModel):
    id: str
    name: str
    billing_policy: BillingPolicy = Field(alias="billingPolicy")
    currency: str
    prices: list["PlanPagePlansPrices"]


class PlanPagePlansPrices(BaseModel):
    component: Component
    term: Term
    amount: "PlanPagePlansPricesAmount"
    is_example: bool = Field(alias="isExample")


PlanPagePlansPricesAmount = Amount
PlanPage.model_rebuild()
PlanPageAccount.model_rebuild()
PlanPagePlans.model_rebuild()
PlanPagePlansPrices.model_rebuild()
