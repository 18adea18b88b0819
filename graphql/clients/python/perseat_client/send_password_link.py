from pydantic import Field

from .base_model import BaseModel
from .fragments import Changed


class SendPasswordLink(BaseModel):
    send_password_link: "SendPasswordLinkSendPasswordLink" = Field(
        alias="sendPasswordLink"
    )


SendPasswordLinkSendPasswordLink = Changed
SendPasswordLink.model_rebuild()
