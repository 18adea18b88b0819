"""Passwords, their links, and how far a user is on the way in (U6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.passwords import Standing
from app.domain.users import ACCESS, UserStatus
from app.store.log_ins import Known

_CAN_LOG_IN = sorted(status for status, access in ACCESS.items() if access.can_log_in)


@dataclass(frozen=True, slots=True)
class Invitee:
    """Who is written to, and by what name of the company."""

    user_id: UUID
    first_name: str
    last_name: str
    email: str
    company: str
    standing: Standing


_INVITEES = text("""
    SELECT u.account_id, u.id, u.first_name, u.last_name, u.email, a.name, u.status,
        p.chosen_at IS NOT NULL, (
            SELECT count(*) FROM user_states s
            WHERE s.account_id = u.account_id AND s.user_id = u.id
              AND s.to_status = ANY(:can_log_in)
              AND NOT coalesce(s.from_status = ANY(:can_log_in), false)
        )
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:users AS uuid[])) AS wanted (account_id, id)
    JOIN users u USING (account_id, id)
    JOIN accounts a ON a.id = u.account_id
    LEFT JOIN passwords p ON p.account_id = u.account_id AND p.user_id = u.id
""")


async def invitees(
    session: AsyncSession, keys: Sequence[tuple[UUID, ...]]
) -> dict[tuple[UUID, ...], Invitee]:
    """By (account, user), as far as they exist."""
    values = {
        "accounts": [key[0] for key in keys],
        "users": [key[1] for key in keys],
        "can_log_in": _CAN_LOG_IN,
    }
    connection = await session.connection()
    return {
        (account_id, user_id): Invitee(
            user_id, first, last, email, company, Standing(UserStatus(status), chosen, let_in)
        )
        for account_id, user_id, first, last, email, company, status, chosen, let_in in (
            await connection.execute(_INVITEES, values)
        )
    }


_SET = text("""
    INSERT INTO passwords (account_id, user_id, hash, chosen_at)
    VALUES (:account, :user, :hash, :now)
    ON CONFLICT (account_id, user_id)
    DO UPDATE SET hash = excluded.hash, chosen_at = excluded.chosen_at
""")


async def set_chosen(
    session: AsyncSession, account_id: UUID, user_id: UUID, hashed: str, now: datetime
) -> None:
    values = {"account": account_id, "user": user_id, "hash": hashed, "now": now}
    await (await session.connection()).execute(_SET, values)


_CHANGE = text("""
    UPDATE passwords SET hash = :hash, chosen_at = :now
    WHERE account_id = :account AND user_id = :user AND chosen_at = :seen
    RETURNING user_id
""")


async def change(session: AsyncSession, known: Known, hashed: str, now: datetime) -> bool:
    """False if another was chosen meanwhile."""
    values = {
        "account": known.account_id,
        "user": known.user_id,
        "hash": hashed,
        "now": now,
        "seen": known.chosen_at,
    }
    found = await (await session.connection()).execute(_CHANGE, values)
    return found.first() is not None


_END_OPEN = text("""
    UPDATE password_links SET replaced_at = :now
    WHERE account_id = :account AND user_id = :user AND used_at IS NULL AND replaced_at IS NULL
""")
_IS_OPEN = """account_id = :account AND digest = :digest AND used_at IS NULL
    AND replaced_at IS NULL AND expires_at > :now"""
_FIND_OPEN = text(f"SELECT user_id FROM password_links WHERE {_IS_OPEN}")  # noqa: S608 - ours
_USE = text(f"UPDATE password_links SET used_at = :now WHERE {_IS_OPEN} RETURNING user_id")  # noqa: S608


async def end_open_link(
    session: AsyncSession, account_id: UUID, user_id: UUID, now: datetime
) -> None:
    values = {"account": account_id, "user": user_id, "now": now}
    await (await session.connection()).execute(_END_OPEN, values)


async def open_link(
    session: AsyncSession, account_id: UUID, digest: str, now: datetime
) -> UUID | None:
    """Whose link this is, if it is still good."""
    return await _user_of(session, _FIND_OPEN, account_id, digest, now)


async def use_link(
    session: AsyncSession, account_id: UUID, digest: str, now: datetime
) -> UUID | None:
    """The same, and it is good no longer: of two at once one gets the user."""
    return await _user_of(session, _USE, account_id, digest, now)


async def _user_of(
    session: AsyncSession, query: Any, account_id: UUID, digest: str, now: datetime
) -> UUID | None:
    values = {"account": account_id, "digest": digest, "now": now}
    found: UUID | None = (await (await session.connection()).execute(query, values)).scalar()
    return found
