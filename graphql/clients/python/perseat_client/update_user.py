from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class UpdateUser(BaseModel):
    update_user: "UpdateUserUpdateUser" = Field(alias="updateUser")


UpdateUserUpdateUser = Changed
UpdateUser.model_rebuild()
