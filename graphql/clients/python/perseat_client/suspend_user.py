from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class SuspendUser(BaseModel):
    suspend_user: "SuspendUserSuspendUser" = Field(alias="suspendUser")


SuspendUserSuspendUser = Changed
SuspendUser.model_rebuild()
