"""What had gone back of payments and is with us again."""

from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Reinstatement


async def returned(session: AsyncSession, account_id: UUID, payment_id: UUID) -> int:
    """Micros of a payment that its provider says to have returned, as far as we have heard."""
    query = select(func.max(Reinstatement.returned)).where(
        col(Reinstatement.account_id) == account_id, col(Reinstatement.payment_id) == payment_id
    )
    return (await session.exec(query)).one() or 0


_OWED_BACK = text("""
    SELECT (SELECT coalesce(sum(owed_back), 0) FROM late_failures
            WHERE account_id = :account_id AND payment_id = :payment_id)
        - (SELECT coalesce(sum(owed_back), 0) FROM reinstatements
            WHERE account_id = :account_id AND payment_id = :payment_id AND refund_id IS NULL)
""")


async def owed_back(session: AsyncSession, account_id: UUID, payment_id: UUID) -> int:
    """Micros of what is taken back of a payment that we had owed back anyway."""
    connection = await session.connection()
    values = {"account_id": account_id, "payment_id": payment_id}
    return int((await connection.execute(_OWED_BACK, values)).scalar_one())
