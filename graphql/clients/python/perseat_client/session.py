from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ActorRole, Role


class Session(BaseModel):
    viewer: "SessionViewer"


class SessionViewer(BaseModel):
    name: str
    role: ActorRole
    account_id: Optional[str] = Field(alias="accountId")
    user: Optional["SessionViewerUser"]
    sessions: list["SessionViewerSessions"]


class SessionViewerUser(BaseModel):
    id: str
    first_name: str = Field(alias="firstName")
    last_name: str = Field(alias="lastName")
    email: str
    roles: list[Role]


class SessionViewerSessions(BaseModel):
    id: str
    current: bool
    created_at: datetime = Field(alias="createdAt")
    last_used_at: datetime = Field(alias="lastUsedAt")
    expires_at: datetime = Field(alias="expiresAt")
    user_agent: str = Field(alias="userAgent")


Session.model_rebuild()
SessionViewer.model_rebuild()
