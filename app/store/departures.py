"""What names a user besides the bill: counted, and undone, a statement for each table (U5)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.departures import Attached

_ATTACHED = text("""
    SELECT
        (SELECT count(*) FROM contacts WHERE account_id = :account_id AND assigned_to = :user_id),
        (SELECT count(*) FROM lines WHERE account_id = :account_id AND owner_id = :user_id),
        (SELECT count(*) FROM ring_group_members
         WHERE account_id = :account_id AND user_id = :user_id),
        (SELECT count(*) FROM contact_lists
         WHERE account_id = :account_id AND owner_id = :user_id),
        (SELECT count(*) FROM communications
         WHERE account_id = :account_id AND user_id = :user_id AND kind = 'CALL'),
        (SELECT count(*) FROM communications
         WHERE account_id = :account_id AND user_id = :user_id AND kind = 'MESSAGE')
""")
_LISTS = text("""
    SELECT owner_id, count(*) FROM contact_lists
    WHERE account_id = :account_id AND owner_id = ANY(:user_ids) GROUP BY owner_id
""")
_HAND_OVER = text("""
    UPDATE contact_lists SET owner_id = :owner_id
    WHERE account_id = :account_id AND owner_id = ANY(:user_ids)
""")
_DELETE_LISTS = (
    text("""
        UPDATE contacts SET contact_list_id = NULL
        WHERE account_id = :account_id AND contact_list_id IN (
            SELECT id FROM contact_lists
            WHERE account_id = :account_id AND owner_id = ANY(:user_ids))
    """),
    text("DELETE FROM contact_lists WHERE account_id = :account_id AND owner_id = ANY(:user_ids)"),
)
_LEAVE = (
    text("""
        UPDATE contacts SET assigned_to = NULL
        WHERE account_id = :account_id AND assigned_to = ANY(:user_ids)
    """),
    text("""
        UPDATE lines SET owner_id = NULL, voicemail = false
        WHERE account_id = :account_id AND owner_id = ANY(:user_ids)
    """),
    text(
        "DELETE FROM ring_group_members WHERE account_id = :account_id AND user_id = ANY(:user_ids)"
    ),
    text("""
        UPDATE communications SET user_id = NULL
        WHERE account_id = :account_id AND user_id = ANY(:user_ids)
    """),
)


async def attached(session: AsyncSession, account_id: UUID, user_id: UUID) -> Attached:
    connection = await session.connection()
    values = {"account_id": account_id, "user_id": user_id}
    return Attached(*(await connection.execute(_ATTACHED, values)).one())


async def lists(
    session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """How many contact lists each of the users owns who own any."""
    connection = await session.connection()
    values = {"account_id": account_id, "user_ids": list(user_ids)}
    return {row[0]: row[1] for row in await connection.execute(_LISTS, values)}


async def hand_over_lists(
    session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID], owner_id: UUID
) -> None:
    connection = await session.connection()
    values = {"account_id": account_id, "user_ids": list(user_ids), "owner_id": owner_id}
    await connection.execute(_HAND_OVER, values)


async def delete_lists(session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID]) -> None:
    """The contacts on them stay, on no list."""
    connection = await session.connection()
    for statement in _DELETE_LISTS:
        await connection.execute(statement, {"account_id": account_id, "user_ids": list(user_ids)})


async def leave(session: AsyncSession, account_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Contacts, lines, ring groups and history go on without these users."""
    connection = await session.connection()
    for statement in _LEAVE:
        await connection.execute(statement, {"account_id": account_id, "user_ids": list(user_ids)})
