"""Sessions of people, and the refresh tokens that they go on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.sessions import Shown
from app.domain.users import Role, UserStatus
from app.models import Session


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is behind an access token, as of now."""

    first_name: str
    last_name: str
    email: str
    status: UserStatus
    roles: frozenset[Role]


_HOLDER = text("""
    SELECT u.first_name, u.last_name, u.email, u.status, array(
        SELECT r.role FROM user_roles r WHERE r.account_id = u.account_id AND r.user_id = u.id)
    FROM sessions s JOIN users u ON u.account_id = s.account_id AND u.id = s.user_id
    WHERE s.account_id = :account AND s.id = :session AND s.user_id = :user
      AND s.ended_at IS NULL AND s.expires_at > :now
""")


async def holder(
    session: AsyncSession, account_id: UUID, session_id: UUID, user_id: UUID, now: datetime
) -> Holder | None:
    """None if the session is over."""
    values = {"account": account_id, "session": session_id, "user": user_id, "now": now}
    found = await fetch(session, _HOLDER, values)
    if not found:
        return None
    first, last, email, status, roles = found[0]
    return Holder(first, last, email, UserStatus(status), frozenset(map(Role, roles)))


@dataclass(frozen=True, slots=True)
class Token:
    """A refresh token that was found."""

    id: UUID
    session_id: UUID
    user_id: UUID
    shown: Shown


_TOKEN = text("""
    SELECT t.id, t.session_id, s.user_id, t.created_at, t.used_at,
        s.expires_at, s.ended_at, u.status
    FROM refresh_tokens t
    JOIN sessions s ON s.account_id = t.account_id AND s.id = t.session_id
    JOIN users u ON u.account_id = s.account_id AND u.id = s.user_id
    WHERE t.account_id = :account AND t.digest = :digest
    FOR UPDATE OF s, t
""")


async def token_locked(session: AsyncSession, account_id: UUID, digest: str) -> Token | None:
    """With its session: of two that show it, one waits for what the other does."""
    values = {"account": account_id, "digest": digest}
    row = (await (await session.connection()).execute(_TOKEN, values)).first()
    if row is None:
        return None
    token, of, user, made_at, used_at, expires_at, ended_at, status = row
    shown = Shown(made_at, used_at, expires_at, ended_at, UserStatus(status))
    return Token(token, of, user, shown)


_USE = text("""
    WITH going_on AS (
        UPDATE sessions SET last_used_at = :now WHERE account_id = :account AND id = :session
    )
    UPDATE refresh_tokens SET used_at = :now WHERE account_id = :account AND id = :token
""")


async def use(session: AsyncSession, account_id: UUID, token: Token, now: datetime) -> None:
    values = {
        "account": account_id,
        "session": token.session_id,
        "token": token.id,
        "now": now,
    }
    await (await session.connection()).execute(_USE, values)


_END = text("""
    UPDATE sessions SET ended_at = :now
    WHERE account_id = :account AND id = :session AND ended_at IS NULL
""")
_END_ALL = text("""
    UPDATE sessions SET ended_at = :now
    WHERE account_id = :account AND user_id = ANY(:users) AND ended_at IS NULL
      AND id IS DISTINCT FROM CAST(:but AS uuid)
    RETURNING user_id
""")


async def end(session: AsyncSession, account_id: UUID, session_id: UUID, now: datetime) -> None:
    values: dict[str, Any] = {"account": account_id, "session": session_id, "now": now}
    await (await session.connection()).execute(_END, values)


async def end_all(
    session: AsyncSession,
    account_id: UUID,
    user_ids: Sequence[UUID],
    now: datetime,
    *,
    but: UUID | None = None,
) -> set[UUID]:
    """Of these users; `but` is the session that goes on. Whose there were any."""
    values = {"account": account_id, "users": list(user_ids), "now": now, "but": but}
    return {row[0] for row in await (await session.connection()).execute(_END_ALL, values)}


async def get(session: AsyncSession, account_id: UUID, session_id: UUID) -> Session | None:
    query = select(Session).where(
        col(Session.account_id) == account_id, col(Session.id) == session_id
    )
    return (await session.exec(query)).first()


async def open_ones(
    session: AsyncSession, account_id: UUID, user_id: UUID, now: datetime, *, most: int
) -> Sequence[Session]:
    """Newest first."""
    query = (
        select(Session)
        .where(
            col(Session.account_id) == account_id,
            col(Session.user_id) == user_id,
            col(Session.ended_at).is_(None),
            col(Session.expires_at) > now,
        )
        .order_by(col(Session.id).desc())
        .limit(most)
    )
    return (await session.exec(query)).all()


_FORGET_TOKENS = text("""
    DELETE FROM refresh_tokens WHERE (account_id, id) IN (
        SELECT t.account_id, t.id FROM sessions s
        JOIN refresh_tokens t ON t.account_id = s.account_id AND t.session_id = s.id
        WHERE s.expires_at < :before LIMIT :most)
""")
_FORGET = text("""
    DELETE FROM sessions WHERE (account_id, id) IN (
        SELECT s.account_id, s.id FROM sessions s
        WHERE s.expires_at < :before AND NOT EXISTS (
            SELECT FROM refresh_tokens t WHERE t.account_id = s.account_id AND t.session_id = s.id)
        LIMIT :most)
""")


async def forget(session: AsyncSession, *, before: datetime, most: int) -> None:
    """Sessions that would have ended before this at last, their tokens first."""
    connection = await session.connection()
    for statement in (_FORGET_TOKENS, _FORGET):
        await connection.execute(statement, {"before": before, "most": most})
