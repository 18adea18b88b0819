"""What a resolver is given: who asks, how to read, how to write. One per request."""

from dataclasses import dataclass, field
from typing import TypeAlias

import strawberry

from api.loaders import Loaders
from app.bootstrap import Perseat
from app.domain.access import Principal


@dataclass
class Context:
    """A request's loaders are its own: nothing that was read is seen by another principal."""

    perseat: Perseat
    principal: Principal
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.perseat, self.principal)


Info: TypeAlias = strawberry.Info[Context, None]
