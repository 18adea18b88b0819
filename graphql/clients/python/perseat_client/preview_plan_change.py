from datetime import date
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Amount, Side


class PreviewPlanChange(BaseModel):
    preview_plan_change: "PreviewPlanChangePreviewPlanChange" = Field(
        alias="previewPlanChange"
    )


class PreviewPlanChangePreviewPlanChange(BaseModel):
    preview: Optional["PreviewPlanChangePreviewPlanChangePreview"]
    user_errors: list["PreviewPlanChangePreviewPlanChangeUserErrors"] = Field(
        alias="userErrors"
    )


class PreviewPlanChangePreviewPlanChangePreview(BaseModel):
    sentence: str
    effective_on: date = Field(alias="effectiveOn")
    charges: list["PreviewPlanChangePreviewPlanChangePreviewCharges"]
    before: "PreviewPlanChangePreviewPlanChangePreviewBefore"
    after: "PreviewPlanChangePreviewPlanChangePreviewAfter"


class PreviewPlanChangePreviewPlanChangePreviewCharges(BaseModel):
    description: str
    amount: "PreviewPlanChangePreviewPlanChangePreviewChargesAmount"
    explanation: str


PreviewPlanChangePreviewPlanChangePreviewChargesAmount = Amount
PreviewPlanChangePreviewPlanChangePreviewBefore = Side
PreviewPlanChangePreviewPlanChangePreviewAfter = Side


class PreviewPlanChangePreviewPlanChangeUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


PreviewPlanChange.model_rebuild()
PreviewPlanChangePreviewPlanChange.model_rebuild()
PreviewPlanChangePreviewPlanChangePreview.model_rebuild()
PreviewPlanChangePreviewPlanChangePreviewCharges.model_rebuild()
