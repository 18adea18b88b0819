"""Prepaid credits."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Credits


async def get(session: AsyncSession, account_id: UUID) -> Credits:
    """Every account has its row from its creation on; read afresh, whatever the session knows."""
    query = select(Credits).where(col(Credits.account_id) == account_id)
    return (await session.exec(query.execution_options(populate_existing=True))).one()


_DEBITS = text("""
    UPDATE credits c SET balance = c.balance - cost.amount
    FROM unnest(CAST(:ids AS uuid[]), CAST(:costs AS bigint[])) AS cost (account_id, amount)
    WHERE c.account_id = cost.account_id
    RETURNING c.account_id, c.balance, c.enabled AND c.balance <= c.threshold
""")


async def debit_all(
    session: AsyncSession, costs: Mapping[UUID, int]
) -> list[tuple[UUID, int, bool]]:
    """Of accounts that are locked: the new balance, and whether it calls for a top-up."""
    connection = await session.connection()
    values = {"ids": list(costs), "costs": list(costs.values())}
    return [(row[0], row[1], row[2]) for row in await connection.execute(_DEBITS, values)]
