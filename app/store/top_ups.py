"""Automatic top-up: whom to decide about, and what was decided."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import new_id
from app.domain.top_ups import Refusal
from app.models import TopUpRefusal

_DAY = timedelta(days=1)
_LOW = text("""
    SELECT c.account_id FROM credits c
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE p.status IN ('SUCCEEDED', 'DECLINED')
                AND p.purpose = 'TOP_UP') AS episode,
            count(*) FILTER (WHERE p.status IN ('CREATED', 'SENT', 'UNKNOWN')
                AND p.purpose <> 'INVOICE') AS open
        FROM payments p WHERE p.account_id = c.account_id
    ) AS paid
    CROSS JOIN LATERAL (
        SELECT count(*) AS number,
            coalesce(bool_or(r.reason IN ('NO_PAYMENT_METHOD', 'POST_PAID', 'CLOSED')), false)
                AS until_something_changes
        FROM top_up_refusals r WHERE r.account_id = c.account_id AND r.episode = paid.episode
    ) AS refused
    WHERE c.enabled AND c.balance <= c.threshold AND paid.open = 0
      AND NOT refused.until_something_changes
    ORDER BY refused.number, c.account_id LIMIT :count
""")


async def low(session: AsyncSession, *, count: int) -> Sequence[UUID]:
    """M6: accounts at or below their threshold with no open charge; the condition is durable.

    Those that were refused come last, and not at all where the refusal stands until a use-case
    changes it (a new payment method, say) and rings for the account itself.
    """
    connection = await session.connection()
    return list((await connection.execute(_LOW, {"count": count})).scalars())


async def record_refusal(
    session: AsyncSession,
    account_id: UUID,
    *,
    episode: int,
    reason: Refusal,
    balance: int,
    at: datetime,
) -> None:
    """Under the account's lock; once per episode and reason, so asking again is no news.

    At a cap the balance goes on falling: that is told again, but no more than once a day.
    """
    known = select(TopUpRefusal.id).where(
        col(TopUpRefusal.account_id) == account_id,
        col(TopUpRefusal.episode) == episode,
        col(TopUpRefusal.reason) == reason,
    )
    if reason in {Refusal.DAILY_CAP, Refusal.MONTHLY_CAP}:
        fresh = col(TopUpRefusal.at) > at - _DAY
        known = known.where(or_(col(TopUpRefusal.balance) <= balance, fresh))
    if (await session.exec(known.limit(1))).first() is None:
        session.add(
            TopUpRefusal(
                account_id=account_id,
                id=new_id(),
                episode=episode,
                reason=reason,
                balance=balance,
                at=at,
            )
        )
