"""What a resolver is given: who asks, how to read, how to write. One per request."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from api.loaders import Loaders
from api.manifest import is_trusted
from app.bootstrap import Perseat
from app.db.unit_of_work import Transactions
from app.domain.access import NOBODY, Principal
from app.domain.audit_events import Asked, Asker, Whence, check_reason
from app.domain.errors import InvalidInput
from app.domain.log_ins import place_of
from app.domain.permissions import ActorRole
from app.services.audit_events import audited

HEADER = "Perseat-Reason"


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a request comes, and why, if its header `Perseat-Reason` says so.

    `is_marked` with a header that no other site can have a browser send; `refresh_token` is what
    the cookie of a session holds.
    """

    request_id: str | None = None
    address: str | None = None
    reason: str | None = None
    user_agent: str = ""
    is_marked: bool = False
    refresh_token: str = field(default="", repr=False)

    @property
    def whence(self) -> Whence:
        return Whence(self.address, self.request_id)


@dataclass
class Context:
    """A request's loaders are its own: nothing that was read is seen by another principal.

    `response` has the status and the headers that the answer will have.
    A subscription tells where it is by `cursor`; each of its messages has loaders of its own.
    What it changes, it changes by `tenants` and `operators`: the audit keeps what was `asked`.
    """

    perseat: Perseat
    principal: Principal
    response: Response = field(default_factory=Response)
    origin: Origin = Origin()
    trusted: Callable[[str | None], bool] = is_trusted
    streams: bool = False
    asked: Asked | None = None
    resumed_after: str | None = None
    cursor: str | None = None
    cost: int = 0
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

    @property
    def payer(self) -> str:
        """Whose budget it is: nobody's is that of where they come from."""
        who = self.principal
        return str(who.id) if who is not NOBODY else f"from {place_of(self.origin.address or '')}"

    async def pay(self) -> None:
        """For one more answer of the same document, as soon as there is something to pay with."""
        take = self.perseat.throttle.take
        while not (budget := await take(self.payer, self.cost)).granted:  # noqa: ASYNC110
            await asyncio.sleep(budget.wait)

    def ask(self, operation: str, given: Mapping[str, Any], *, takes_reason: bool) -> None:
        """From now on it is about this mutation; of operators who do not say why it is refused.
        They are told where they can: `takes_reason` if the input has a place for it."""
        who, said = self.principal, given.get("reason")
        goes_before = isinstance(said, str)
        reason = check_reason(said if goes_before else self.origin.reason, field="reason")
        if who.role is ActorRole.OPS and not reason and not given.get("dryRun"):
            ways = [] if goes_before else [f"send the header {HEADER}"]
            ways += ["fill in the input's reason"] if takes_reason else []
            raise InvalidInput(f"Operators say why: {', or '.join(ways)}.", field="reason")
        asker = Asker(who.id, who.pseudonym, who.role)
        whence = self.origin.whence
        self.asked = Asked(operation, asker, given, reason, whence.request_id, whence.address)

    @property
    def tenants(self) -> Transactions:
        return self._audited(self.perseat.tenants)

    @property
    def operators(self) -> Transactions:
        return self._audited(self.perseat.operators)

    def _audited(self, transactions: Transactions) -> Transactions:
        """Queries ask for nothing to be done: what previews do, they undo."""
        return transactions if self.asked is None else audited(transactions, self.asked)


Info: TypeAlias = strawberry.Info[Context, None]
