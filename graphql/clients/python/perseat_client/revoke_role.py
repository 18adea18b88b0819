from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class RevokeRole(BaseModel):
    revoke_role: "RevokeRoleRevokeRole" = Field(alias="revokeRole")


RevokeRoleRevokeRole = Changed
RevokeRole.model_rebuild()
