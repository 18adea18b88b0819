"""What a resolver is given: who asks, how to read, how to write. One per request."""

from dataclasses import dataclass, field
from typing import TypeAlias

import strawberry
from starlette.requests import Request
from starlette.responses import Response

from api.loaders import Loaders
from app.bootstrap import Perseat
from app.domain.access import Principal


@dataclass
class Context:
    """A request's loaders are its own: nothing that was read is seen by another principal.

    `response` is for headers and cookies.
    """

    perseat: Perseat
    principal: Principal
    request: Request
    response: Response
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.perseat, self.principal)


Info: TypeAlias = strawberry.Info[Context, None]
