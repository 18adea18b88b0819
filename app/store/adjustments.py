"""Events and their corrections."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.adjustments import Name
from app.models import UsageEvent


async def families(
    session: AsyncSession, account_id: UUID, names: Collection[Name]
) -> Sequence[UsageEvent]:
    """The events of these names, what they correct and what corrects them, in order of posting."""
    mine = col(UsageEvent.account_id) == account_id
    name = tuple_(col(UsageEvent.source), col(UsageEvent.event_id))
    root = func.coalesce(UsageEvent.adjusts, UsageEvent.id)
    roots = (await session.exec(select(root).where(mine, name.in_(names)).distinct())).all()
    family = or_(col(UsageEvent.id).in_(roots), col(UsageEvent.adjusts).in_(roots))
    query = select(UsageEvent).where(mine, family).order_by(col(UsageEvent.id))
    return (await session.exec(query)).all()
