"""Automatic top-up: whom to decide about, what is seen of an account, and what was decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.payments import PaymentStatus, Purpose
from app.domain.top_up_decisions import TopUpOutcome
from app.models import Payment, TopUpDecision

_SEEN = text("""
    SELECT c.balance, c.enabled, c.threshold, c.amount, c.daily_cap, c.monthly_cap,
        c.stopped_reason, m.id AS method_id, o.id AS open_id, o.status AS open_status,
        coalesce(last.episode + 1, 0) - (o.episode IS NOT NULL)::int AS episode,
        paid.today, paid.this_month, paid.recent
    FROM credits c
    LEFT JOIN payment_methods m ON m.account_id = c.account_id AND m.is_default
        AND m.provider = :provider
    LEFT JOIN payments o ON o.account_id = c.account_id AND o.purpose <> 'INVOICE'
        AND o.status IN ('CREATED', 'SENT', 'UNKNOWN')
    CROSS JOIN LATERAL (
        SELECT max(episode) AS episode FROM payments p
        WHERE p.account_id = c.account_id AND p.purpose = 'TOP_UP'
    ) AS last
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (
                WHERE status <> 'DECLINED' AND created_at >= :day), 0)::bigint AS today,
            coalesce(sum(amount) FILTER (
                WHERE status <> 'DECLINED' AND created_at >= :month), 0)::bigint AS this_month,
            count(*) FILTER (
                WHERE created_at > greatest(:lately, c.resumed_at)) AS recent
        FROM payments p
        WHERE p.account_id = c.account_id AND p.purpose = 'TOP_UP'
          AND p.created_at >= least(CAST(:month AS timestamptz), :lately)
    ) AS paid
    WHERE c.account_id = :account_id
""")


async def seen(
    session: AsyncSession,
    account_id: UUID,
    *,
    provider: str,
    day: datetime,
    month: datetime,
    lately: datetime,
) -> Any:
    """All that the decision looks at, of one instant, after the account's lock was taken.

    `day` and `month` begin what the caps bound, `lately` what the breaker counts.
    """
    await session.flush()
    connection = await session.connection()
    values = {"account_id": account_id, "provider": provider}
    values |= {"day": day, "month": month, "lately": lately}
    return (await connection.execute(_SEEN, values)).one()


_LOW = text("""
    SELECT c.account_id FROM credits c JOIN accounts a ON a.id = c.account_id
    LEFT JOIN LATERAL (
        SELECT outcome, episode FROM top_up_decisions d
        WHERE d.account_id = c.account_id ORDER BY number DESC LIMIT 1
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS number FROM top_up_decisions d
        WHERE d.account_id = c.account_id AND d.episode = last.episode
    ) AS looked
    WHERE c.enabled AND c.balance <= c.threshold
      AND NOT EXISTS (
        SELECT FROM payments p WHERE p.account_id = c.account_id AND p.purpose <> 'INVOICE'
          AND p.status IN ('CREATED', 'SENT', 'UNKNOWN'))
      AND CASE last.outcome
        WHEN 'POST_PAID' THEN NOT a.post_paid_usage
        WHEN 'CLOSED' THEN a.status <> 'CLOSED'
        WHEN 'NO_PAYMENT_METHOD' THEN EXISTS (
            SELECT FROM payment_methods m WHERE m.account_id = c.account_id AND m.is_default
              AND m.provider = :provider)
        ELSE true END
    ORDER BY looked.number, c.account_id LIMIT :count
""")


async def low(session: AsyncSession, *, provider: str, count: int) -> Sequence[UUID]:
    """M6: accounts at or below their threshold with no open charge; the condition is durable.

    Those that were refused come last, and not at all as long as what refused them last still
    holds and is not a matter of time.
    """
    connection = await session.connection()
    return list((await connection.execute(_LOW, {"provider": provider, "count": count})).scalars())


async def last(session: AsyncSession, account_id: UUID) -> TopUpDecision | None:
    """The account's newest decision; ask under its lock."""
    query = (
        select(TopUpDecision)
        .where(col(TopUpDecision.account_id) == account_id)
        .order_by(col(TopUpDecision.number).desc())
        .limit(1)
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def get(session: AsyncSession, account_id: UUID, decision_id: UUID) -> TopUpDecision:
    query = select(TopUpDecision).where(
        col(TopUpDecision.account_id) == account_id, col(TopUpDecision.id) == decision_id
    )
    return (await session.exec(query)).one()


async def of_rerun(session: AsyncSession, account_id: UUID, rerun_id: UUID) -> TopUpDecision | None:
    """What an operator's order has come to for this account; ask under its lock."""
    query = select(TopUpDecision).where(
        col(TopUpDecision.account_id) == account_id, col(TopUpDecision.rerun_id) == rerun_id
    )
    return (await session.exec(query)).first()


async def newest(
    session: AsyncSession, account_id: UUID, limit: int
) -> Sequence[tuple[TopUpDecision, Payment | None]]:
    """The account's newest decisions, with the charges that they are about."""
    query = (
        select(TopUpDecision, Payment)
        .outerjoin(
            Payment,
            (col(Payment.account_id) == col(TopUpDecision.account_id))
            & (col(Payment.id) == col(TopUpDecision.payment_id)),
        )
        .where(col(TopUpDecision.account_id) == account_id)
        .order_by(col(TopUpDecision.number).desc())
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def last_decline(session: AsyncSession, account_id: UUID) -> Payment | None:
    """M6: the newest automatic top-up that was declined."""
    query = select(Payment).where(
        col(Payment.account_id) == account_id,
        col(Payment.purpose) == Purpose.TOP_UP,
        col(Payment.status) == PaymentStatus.DECLINED,
    )
    return (await session.exec(query.order_by(col(Payment.id).desc()).limit(1))).first()


async def was_told(
    session: AsyncSession, account_id: UUID, outcome: TopUpOutcome, *, since: datetime, episode: int
) -> bool:
    """Whether the admins know: at a cap since `since`, of anything else in this episode."""
    capped = outcome in {TopUpOutcome.DAILY_CAP, TopUpOutcome.MONTHLY_CAP}
    query = select(TopUpDecision.id).where(
        col(TopUpDecision.account_id) == account_id,
        col(TopUpDecision.outcome) == outcome,
        col(TopUpDecision.told),
        col(TopUpDecision.at) >= since if capped else col(TopUpDecision.episode) == episode,
    )
    return (await session.exec(query.limit(1))).first() is not None
