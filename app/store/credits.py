"""Prepaid credits."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Credits


async def get(session: AsyncSession, account_id: UUID) -> Credits:
    """Every account has its row from its creation on; read afresh, whatever the session knows."""
    query = select(Credits).where(col(Credits.account_id) == account_id)
    return (await session.exec(query.execution_options(populate_existing=True))).one()


_DEBIT = text("""
    UPDATE credits SET balance = balance - :amount WHERE account_id = :account_id
    RETURNING balance, enabled AND balance <= threshold
""")


async def debit(session: AsyncSession, account_id: UUID, amount: int) -> tuple[int, bool]:
    """The new balance, and whether it calls for a top-up."""
    connection = await session.connection()
    row = (await connection.execute(_DEBIT, {"account_id": account_id, "amount": amount})).one()
    return row[0], row[1]
