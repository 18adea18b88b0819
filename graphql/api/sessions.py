"""Who is asking, and the sessions of who asks."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api import cookies
from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.mutations import changing, mutate, user_errors
from api.users import User
from app.db.unit_of_work import UnitOfWork
from app.domain.access import NOWHERE
from app.domain.permissions import ActorRole
from app.services import sessions as service
from app.store import sessions as store

MOST = 100


@strawberry.type(description="A log-in that still holds, in one browser.")
class Session:
    id: strawberry.ID = strawberry.field(description="For `endSession`.")
    current: bool = strawberry.field(description="Whether it is the one that asks.")
    created_at: datetime = strawberry.field(description="When it was logged in.")
    last_used_at: datetime = strawberry.field(description="When it was last refreshed.")
    expires_at: datetime = strawberry.field(description="When one has to log in again at last.")
    user_agent: str = strawberry.field(description="What the browser calls itself.")

    @classmethod
    def of(cls, row: Any, *, current: bool) -> "Session":
        return cls(
            id=encode("session", row.account_id, row.id),
            current=current,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            user_agent=row.user_agent,
        )


@strawberry.type(description="Who is asking: a person who has logged in, or an API key.")
class Viewer:
    name: str = strawberry.field(description="The person's name, or the key's.")
    role: ActorRole = strawberry.field(
        description="What the key may do; of a person's roles, the one that allows the most."
    )
    account_id: strawberry.ID | None = strawberry.field(
        description="The account that the request is for; null for operators, and for a partner "
        "of several accounts who did not say which (header `Perseat-Account`)."
    )

    @strawberry.field(
        description="The person, whatever the role; null for a key. Other people need `users:read`."
    )
    async def user(self, info: Info) -> User | None:
        who = info.context.principal
        if who.session_id is None or who.account_id is None:
            return None
        rows = await info.context.loaders.user.load((who.account_id, who.id))
        return User.of(rows[0])

    @strawberry.field(
        description="The person's sessions that still hold, newest first, at most a "
        "hundred; none of a key."
    )
    async def sessions(self, info: Info) -> list[Session]:
        who = info.context.principal
        if who.session_id is None or who.account_id is None:
            return []
        now = info.context.perseat.clock.now()
        async with info.context.loaders.session() as session:
            rows = await store.open_ones(session, who.account_id, who.id, now, most=MOST)
        return [Session.of(row, current=row.id == who.session_id) for row in rows]


@strawberry.type
class ViewerQuery:
    @strawberry.field(description="Who is asking.")
    async def viewer(self, info: Info) -> Viewer:
        who = info.context.principal
        own = None if who.account_id in {None, NOWHERE} else encode("account", who.account_id)
        return Viewer(name=who.name, role=who.role, account_id=own)


@strawberry.input(description="End one of one's own sessions.")
class EndSessionInput:
    id: strawberry.ID = strawberry.field(description="The session.")


@strawberry.type(description="What came of ending sessions, or of another password.")
class SessionPayload:
    user_errors: list[UserError] = user_errors()


@strawberry.type
class SessionMutation:
    @strawberry.mutation(
        description="End one of one's own sessions: its next request is refused. Having ended is "
        "a success."
    )
    async def end_session(self, info: Info, input: EndSessionInput) -> SessionPayload:
        async def work(uow: UnitOfWork, account_id: UUID, session_id: UUID) -> SessionPayload:
            await service.end(uow, account_id, session_id, of=info.context.principal.id)
            return SessionPayload()

        return await mutate(info, SessionPayload, ("session", input.id, "id"), work)

    @strawberry.mutation(
        description="End all of one's own sessions, this one too. A key has none to end."
    )
    async def log_out_everywhere(self, info: Info) -> SessionPayload:
        who = info.context.principal
        if who.session_id is not None and who.account_id is not None:
            async with changing(info, who.account_id) as uow:
                await service.end_all(uow, who.account_id, who.id)
            cookies.clear(info.context.perseat, info.context.response)
        return SessionPayload()
