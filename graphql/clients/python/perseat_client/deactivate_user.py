from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class DeactivateUser(BaseModel):
    deactivate_user: "DeactivateUserDeactivateUser" = Field(alias="deactivateUser")


DeactivateUserDeactivateUser = Changed
DeactivateUser.model_rebuild()
