from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class ActivateUser(BaseModel):
    activate_user: "ActivateUserActivateUser" = Field(alias="activateUser")


ActivateUserActivateUser = Changed
ActivateUser.model_rebuild()
