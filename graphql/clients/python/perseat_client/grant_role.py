from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class GrantRole(BaseModel):
    grant_role: "GrantRoleGrantRole" = Field(alias="grantRole")


GrantRoleGrantRole = Changed
GrantRole.model_rebuild()
