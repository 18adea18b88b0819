"""Lines of one account."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Line


async def get(session: AsyncSession, account_id: UUID, line_id: UUID) -> Line | None:
    query = select(Line).where(col(Line.account_id) == account_id, col(Line.id) == line_id)
    return (await session.exec(query)).first()


async def by_number(session: AsyncSession, account_id: UUID, number: str) -> Line | None:
    query = select(Line).where(col(Line.account_id) == account_id, col(Line.number) == number)
    return (await session.exec(query)).first()
