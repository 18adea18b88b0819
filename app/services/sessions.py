"""Sessions: opened by a log-in, gone on with by refresh tokens, ended by whoever's they are."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.access import Principal, permitted
from app.domain.audit_events import Whence
from app.domain.errors import NotFound
from app.domain.events import EventKind
from app.domain.permissions import ActorRole
from app.domain.sessions import KEPT, LIFE, Use, clean_agent, use_of
from app.domain.users import ACCESS
from app.models import RefreshToken, Session
from app.services import opaque
from app.services.audit_events import note
from app.store import sessions as store
from app.store.sessions import Token

UNKNOWN = Whence()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What somebody goes on with; `token` is told here, once, and never stored."""

    account_id: UUID
    user_id: UUID
    session_id: UUID
    expires_at: datetime
    token: str = field(repr=False)


async def begin(uow: UnitOfWork, account_id: UUID, user_id: UUID, user_agent: str) -> Ticket:
    """For who has just shown the right password, and may log in."""
    now = uow.now()
    row = Session(
        account_id=account_id,
        id=new_id(),
        user_id=user_id,
        user_agent=clean_agent(user_agent),
        created_at=now,
        expires_at=now + LIFE,
        last_used_at=now,
    )
    uow.session.add(row)
    await uow.session.flush()
    token = opaque.make(account_id)
    _keep(uow, account_id, row.id, token)
    await uow.session.flush()
    return Ticket(account_id, user_id, row.id, row.expires_at, token)


def _keep(uow: UnitOfWork, account_id: UUID, session_id: UUID, token: str) -> None:
    digest = opaque.digest(token)
    uow.session.add(
        RefreshToken(
            account_id=account_id,
            id=new_id(),
            session_id=session_id,
            digest=digest,
            created_at=uow.now(),
        )
    )


async def refresh(
    transactions: Transactions, token: str, *, key: bytes, whence: Whence = UNKNOWN
) -> Ticket | None:
    """The next token of the session; None if it is over, or is now, as the token was stolen.

    The next one follows from the token, so that whoever shows the same again in time gets the
    same: two tabs, or one that did not hear the answer. A token that was made a moment ago goes on
    being the session's.
    """
    account_id = opaque.account_in(token)
    if account_id is None:
        return None
    async with transactions.begin(account_id) as uow:
        found = await store.token_locked(uow.session, account_id, opaque.digest(token))
        if found is None:
            return None
        following = opaque.after(token, key)
        match use_of(found.shown, uow.now()):
            case Use.OVER:
                return None
            case Use.REUSED:
                await _over(uow, account_id, found)
                await note(uow, account_id, found.user_id, "refreshTokenReused", whence)
                return None
            case Use.STAYS:
                following = token
            case Use.ROTATES:
                await store.use(uow.session, account_id, found, uow.now())
                _keep(uow, account_id, found.session_id, following)
        expires_at = found.shown.expires_at
        return Ticket(account_id, found.user_id, found.session_id, expires_at, following)


async def principal_of(
    uow: UnitOfWork, account_id: UUID, session_id: UUID, user_id: UUID
) -> Principal | None:
    """Who is in this session now, with the roles of now; None if nobody is any more (U1)."""
    holder = await store.holder(uow.session, account_id, session_id, user_id, uow.now())
    if holder is None or not ACCESS[holder.status].can_log_in:
        return None
    name = f"{holder.first_name} {holder.last_name}"
    roles = frozenset(ActorRole(role) for role in holder.roles)
    return Principal(
        id=user_id,
        name=name,
        roles=roles,
        account_id=account_id,
        permissions=permitted(roles),
        session_id=session_id,
    )


async def leave(transactions: Transactions, token: str, whence: Whence = UNKNOWN) -> None:
    """End the session that goes on with this token, or did."""
    account_id = opaque.account_in(token)
    if account_id is None:
        return
    async with transactions.begin(account_id) as uow:
        found = await store.token_locked(uow.session, account_id, opaque.digest(token))
        if found is not None and found.shown.ended_at is None:
            await _over(uow, account_id, found)
            await note(uow, account_id, found.user_id, "logOut", whence)


async def _over(uow: UnitOfWork, account_id: UUID, found: Token) -> None:
    """Who listens by this session hears of it, and is sent away at once."""
    await store.end(uow.session, account_id, found.session_id, uow.now())
    uow.tell(EventKind.SESSION_ENDED, account_id, user_id=found.user_id)


async def end(uow: UnitOfWork, account_id: UUID, session_id: UUID, *, of: UUID) -> Session:
    """One session of this user; having ended already is a success."""
    row = await store.get(uow.session, account_id, session_id)
    if row is None or row.user_id != of:
        raise NotFound("session", field="id")
    if row.ended_at is None:
        row.ended_at = uow.now()
        uow.tell(EventKind.SESSION_ENDED, account_id, user_id=of)
    return row


async def end_all(
    uow: UnitOfWork, account_id: UUID, user_id: UUID, *, but: UUID | None = None
) -> None:
    """All sessions of this user; `but` is the one that goes on."""
    for each in await store.end_all(uow.session, account_id, [user_id], uow.now(), but=but):
        uow.tell(EventKind.SESSION_ENDED, account_id, user_id=each)


async def forget(transactions: Transactions, *, most: int = 10_000) -> None:
    """Delete what nobody can go on with any more, a bounded number at a time."""
    async with transactions.begin() as uow:
        await store.forget(uow.session, before=uow.now() - KEPT, most=most)
