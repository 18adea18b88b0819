from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import EventKind, RunStatus


class BillingRunProgressed(BaseModel):
    billing_run_progressed: "BillingRunProgressedBillingRunProgressed" = Field(
        alias="billingRunProgressed"
    )


class BillingRunProgressedBillingRunProgressed(BaseModel):
    cursor: str
    kind: Optional[EventKind]
    at: datetime
    run: "BillingRunProgressedBillingRunProgressedRun"


class BillingRunProgressedBillingRunProgressedRun(BaseModel):
    id: str
    status: RunStatus
    progress: "BillingRunProgressedBillingRunProgressedRunProgress"


class BillingRunProgressedBillingRunProgressedRunProgress(BaseModel):
    total: int
    done: int
    parked: int
    changed: int


BillingRunProgressed.model_rebuild()
BillingRunProgressedBillingRunProgressed.model_rebuild()
BillingRunProgressedBillingRunProgressedRun.model_rebuild()
