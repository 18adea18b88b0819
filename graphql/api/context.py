"""What a resolver is given: who asks, how to read, how to write. One per request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import strawberry
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from api.loaders import Loaders
from app.bootstrap import Perseat
from app.domain.access import Principal


@dataclass
class Context:
    """A request's loaders are its own: nothing that was read is seen by another principal.

    `response` has the status and the headers that the answer will have.
    """

    perseat: Perseat
    principal: Principal
    response: Response | None = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.perseat, self.principal)

    @asynccontextmanager
    async def listing(self) -> AsyncIterator[AsyncSession]:
        """Where accounts are listed: a partner's are more than the one that a request is for.

        It sees all of them: name those that are meant.
        """
        if not self.principal.granted:
            async with self.loaders.session() as session:
                yield session
            return
        async with self.loaders.silent(), self.perseat.operators.begin() as uow:
            yield uow.session


Info: TypeAlias = strawberry.Info[Context, None]
