"""Who claims work takes turns: two statements that update many of the same rows, each in an order
of its own, would wait for each other."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_LOCK = 0x7065727365617402


async def in_turn(session: AsyncSession) -> None:
    """Until the transaction ends, which for a claim is at once; what follows sees all claims."""
    connection = await session.connection()
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
