from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class DeleteUser(BaseModel):
    delete_user: "DeleteUserDeleteUser" = Field(alias="deleteUser")


DeleteUserDeleteUser = Changed
DeleteUser.model_rebuild()
