from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class CreateUser(BaseModel):
    create_user: "CreateUserCreateUser" = Field(alias="createUser")


CreateUserCreateUser = Changed
CreateUser.model_rebuild()
