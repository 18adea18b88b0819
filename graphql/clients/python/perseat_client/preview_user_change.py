from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode
from .fragments import Amount, Side


class PreviewUserChange(BaseModel):
    preview_user_status_change: "PreviewUserChangePreviewUserStatusChange" = Field(
        alias="previewUserStatusChange"
    )


class PreviewUserChangePreviewUserStatusChange(BaseModel):
    preview: Optional["PreviewUserChangePreviewUserStatusChangePreview"]
    user_errors: list["PreviewUserChangePreviewUserStatusChangeUserErrors"] = Field(
        alias="userErrors"
    )


class PreviewUserChangePreviewUserStatusChangePreview(BaseModel):
    sentence: str
    losses: list[str]
    can_be_undone: bool = Field(alias="canBeUndone")
    token: str
    unbilled_charge: Optional[
        "PreviewUserChangePreviewUserStatusChangePreviewUnbilledCharge"
    ] = Field(alias="unbilledCharge")
    leaves: "PreviewUserChangePreviewUserStatusChangePreviewLeaves"
    before: "PreviewUserChangePreviewUserStatusChangePreviewBefore"
    after: "PreviewUserChangePreviewUserStatusChangePreviewAfter"


class PreviewUserChangePreviewUserStatusChangePreviewUnbilledCharge(BaseModel):
    description: str
    amount: "PreviewUserChangePreviewUserStatusChangePreviewUnbilledChargeAmount"
    explanation: str


PreviewUserChangePreviewUserStatusChangePreviewUnbilledChargeAmount = Amount


class PreviewUserChangePreviewUserStatusChangePreviewLeaves(BaseModel):
    contacts: int
    lines: int
    ring_groups: int = Field(alias="ringGroups")
    lists: int
    calls: int
    messages: int


PreviewUserChangePreviewUserStatusChangePreviewBefore = Side
PreviewUserChangePreviewUserStatusChangePreviewAfter = Side


class PreviewUserChangePreviewUserStatusChangeUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


PreviewUserChange.model_rebuild()
PreviewUserChangePreviewUserStatusChange.model_rebuild()
PreviewUserChangePreviewUserStatusChangePreview.model_rebuild()
PreviewUserChangePreviewUserStatusChangePreviewUnbilledCharge.model_rebuild()
