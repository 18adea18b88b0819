from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ErrorCode


class EndSession(BaseModel):
    end_session: "EndSessionEndSession" = Field(alias="endSession")


class EndSessionEndSession(BaseModel):
    user_errors: list["EndSessionEndSessionUserErrors"] = Field(alias="userErrors")


class EndSessionEndSessionUserErrors(BaseModel):
    code: ErrorCode
    field: Optional[str]
    message: str


EndSession.model_rebuild()
EndSessionEndSession.model_rebuild()
