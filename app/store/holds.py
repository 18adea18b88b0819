"""Holds."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import UsageHold
from app.store.licenses import Moment


async def get(session: AsyncSession, account_id: UUID, hold_id: UUID) -> UsageHold | None:
    """Read afresh: usage draws on holds behind the session's back."""
    query = select(UsageHold).where(
        col(UsageHold.account_id) == account_id, col(UsageHold.id) == hold_id
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def some(
    session: AsyncSession, account_id: UUID, ids: Collection[UUID]
) -> Sequence[UsageHold]:
    """Read afresh, oldest first."""
    query = select(UsageHold).where(
        col(UsageHold.account_id) == account_id, col(UsageHold.id).in_(ids)
    )
    query = query.order_by(col(UsageHold.id)).execution_options(populate_existing=True)
    return (await session.exec(query)).all()


async def of_reference(session: AsyncSession, account_id: UUID, reference: str) -> UsageHold | None:
    """The one that is not closed; it may have expired."""
    query = select(UsageHold).where(
        col(UsageHold.account_id) == account_id,
        col(UsageHold.reference) == reference,
        col(UsageHold.released_at).is_(None),
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def count_open(session: AsyncSession, account_id: UUID, now: datetime) -> int:
    query = select(func.count()).where(
        col(UsageHold.account_id) == account_id,
        col(UsageHold.released_at).is_(None),
        col(UsageHold.expires_at) > now,
    )
    return (await session.exec(query)).one()


async def open_ones(
    session: AsyncSession, moments: Sequence[Moment]
) -> dict[Moment, list[UsageHold]]:
    """At the own time of each account, oldest first."""
    query = select(UsageHold).where(
        col(UsageHold.account_id).in_([account_id for account_id, _ in moments]),
        col(UsageHold.released_at).is_(None),
        col(UsageHold.expires_at) > min(now for _, now in moments),
    )
    rows = (await session.exec(query.order_by(col(UsageHold.id)))).all()
    return {
        (account_id, now): [
            row for row in rows if row.account_id == account_id and row.expires_at > now
        ]
        for account_id, now in moments
    }


_DRAW = text("""
    UPDATE usage_holds h SET used = h.used + drawn.amount
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:holds AS uuid[]), CAST(:amounts AS bigint[]))
        AS drawn (account_id, hold_id, amount)
    WHERE h.account_id = drawn.account_id AND h.id = drawn.hold_id
""")


async def draw(session: AsyncSession, sums: Sequence[tuple[UUID, UUID, int]]) -> None:
    """One amount for each (account, hold)."""
    accounts, holds, amounts = (list(column) for column in zip(*sums, strict=True))
    connection = await session.connection()
    values = {"accounts": accounts, "holds": holds, "amounts": amounts}
    await connection.execute(_DRAW, values)
