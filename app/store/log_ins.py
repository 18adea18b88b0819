"""Which accounts an e-mail address opens, and what is known of who is behind it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.users import UserStatus


def key_of(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


_MOVE = text("""
    UPDATE log_ins SET address = :address WHERE account_id = :account AND user_id = :user
""")
_CLOSE = text("DELETE FROM log_ins WHERE account_id = :account AND user_id = ANY(:users)")


async def move(session: AsyncSession, account_id: UUID, user_id: UUID, email: str) -> None:
    values = {"account": account_id, "user": user_id, "address": key_of(email)}
    await (await session.connection()).execute(_MOVE, values)


async def close(session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID]) -> None:
    values = {"account": account_id, "users": list(user_ids)}
    await (await session.connection()).execute(_CLOSE, values)


_OPENED = text("""
    SELECT account_id, user_id FROM log_ins
    WHERE address = :address AND account_id = coalesce(:account, account_id)
    ORDER BY user_id LIMIT :most
""")


async def opened(
    session: AsyncSession, email: str, account_id: UUID | None, *, most: int
) -> list[tuple[UUID, UUID]]:
    """Account and user, in a transaction without a tenant: it names the address instead, and
    row security shows it what is of that."""
    address = key_of(email)
    connection = await session.connection()
    await connection.execute(text(f"SET LOCAL perseat.address = '{address}'"))
    values = {"address": address, "account": account_id, "most": most}
    return [(row[0], row[1]) for row in await connection.execute(_OPENED, values)]


@dataclass(frozen=True, slots=True)
class Known:
    """Of a user who may be at the door. `hash` is of a password that nobody chose, or is theirs;
    it is made anew where it is outdated, and the password is the same."""

    account_id: UUID
    user_id: UUID
    company: str
    status: UserStatus
    chosen_at: datetime | None
    hash: str = field(repr=False)


_KNOWN = """
    SELECT u.account_id, u.id, a.name, u.status, p.chosen_at, p.hash
    FROM users u JOIN passwords p ON p.account_id = u.account_id AND p.user_id = u.id
    JOIN accounts a ON a.id = u.account_id
    WHERE u.account_id = :account AND u.id = :user
"""


async def known(
    session: AsyncSession, account_id: UUID, user_id: UUID, *, lock: bool = False
) -> Known | None:
    """Locked, neither state nor password changes before the transaction ends."""
    query = text(f"{_KNOWN} FOR SHARE OF u, p" if lock else _KNOWN)
    values = {"account": account_id, "user": user_id}
    row = (await (await session.connection()).execute(query, values)).first()
    if row is None:
        return None
    owner, user, company, status, chosen_at, hashed = row
    return Known(owner, user, company, UserStatus(status), chosen_at, hashed)


_REHASH = text("""
    UPDATE passwords SET hash = :new
    WHERE account_id = :account AND user_id = :user AND hash = :old
""")


async def rehash(session: AsyncSession, known: Known, new: str) -> None:
    """The same password; not if another was chosen meanwhile."""
    values = {"account": known.account_id, "user": known.user_id, "old": known.hash, "new": new}
    await (await session.connection()).execute(_REHASH, values)
