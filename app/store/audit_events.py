"""The chains of the audit: their next row, and their rows in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_APPEND = text("""
    WITH head AS (
        INSERT INTO audit_heads AS h (account_id, number, hash)
        VALUES (:account_id, 1, sha256(convert_to('1' || chr(10) || :body, 'UTF8')))
        ON CONFLICT (account_id) DO UPDATE SET number = h.number + 1,
            hash = sha256(h.hash || convert_to((h.number + 1) || chr(10) || :body, 'UTF8'))
        RETURNING number, hash
    )
    INSERT INTO audit_events (account_id, id, number, at, operation, actor, body, hash)
    SELECT :account_id, uuidv7(), number, :at, :operation, :actor, :body, hash FROM head
""")


async def append(
    session: AsyncSession,
    account_id: UUID,
    at: datetime,
    *,
    operation: str,
    actor: str,
    body: str,
) -> None:
    """Two at once wait here for one another: it is the last that a transaction does."""
    connection = await session.connection()
    await connection.execute(
        _APPEND,
        {
            "account_id": account_id,
            "at": at,
            "operation": operation,
            "actor": actor,
            "body": body,
        },
    )


_PAGE = text("""
    SELECT account_id, number, at, operation, actor, body, hash FROM audit_events
    WHERE (account_id, number) > (:account_id, :number)
      AND (CAST(:only AS uuid) IS NULL OR account_id = :only)
    ORDER BY account_id, number LIMIT :count
""")


async def page(
    session: AsyncSession, after: tuple[UUID, int], only: UUID | None, count: int
) -> Sequence[Any]:
    """The next rows, chain by chain, in the order in which they are hashed."""
    connection = await session.connection()
    values = {"account_id": after[0], "number": after[1], "only": only, "count": count}
    return (await connection.execute(_PAGE, values)).all()


_HEADS = text("SELECT account_id, number, hash FROM audit_heads ORDER BY account_id")


async def heads(session: AsyncSession) -> Sequence[Any]:
    connection = await session.connection()
    return (await connection.execute(_HEADS)).all()
