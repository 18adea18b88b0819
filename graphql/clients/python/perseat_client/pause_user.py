from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class PauseUser(BaseModel):
    pause_user: "PauseUserPauseUser" = Field(alias="pauseUser")


PauseUserPauseUser = Changed
PauseUser.model_rebuild()
