"""Payment methods of an account, and what providers call the account."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Payment, PaymentCustomer, PaymentMethod


async def default_method(
    session: AsyncSession, account_id: UUID, *, provider: str
) -> PaymentMethod | None:
    """What is charged: a method of another provider never is."""
    method = await any_default(session, account_id)
    return method if method and method.provider == provider else None


async def any_default(session: AsyncSession, account_id: UUID) -> PaymentMethod | None:
    """Whoever its provider is."""
    query = select(PaymentMethod).where(
        col(PaymentMethod.account_id) == account_id, col(PaymentMethod.is_default)
    )
    return (await session.exec(query)).first()


async def get(session: AsyncSession, account_id: UUID, method_id: UUID) -> PaymentMethod | None:
    """None also if it was removed."""
    query = select(PaymentMethod).where(
        col(PaymentMethod.account_id) == account_id,
        col(PaymentMethod.id) == method_id,
        col(PaymentMethod.removed_at).is_(None),
    )
    return (await session.exec(query)).first()


async def with_token(
    session: AsyncSession, account_id: UUID, provider: str, token: str
) -> PaymentMethod | None:
    query = select(PaymentMethod).where(
        col(PaymentMethod.account_id) == account_id,
        col(PaymentMethod.provider) == provider,
        col(PaymentMethod.token) == token,
        col(PaymentMethod.removed_at).is_(None),
    )
    return (await session.exec(query)).first()


async def of_account(session: AsyncSession, account_id: UUID) -> Sequence[PaymentMethod]:
    """Those that were not removed, the newest first."""
    query = (
        select(PaymentMethod)
        .where(col(PaymentMethod.account_id) == account_id, col(PaymentMethod.removed_at).is_(None))
        .order_by(col(PaymentMethod.id).desc())
    )
    return (await session.exec(query)).all()


async def has_other_method(session: AsyncSession, payment: Payment, *, provider: str) -> bool:
    """Whether the default method has changed since the payment was intended."""
    method = await default_method(session, payment.account_id, provider=provider)
    return method is not None and method.id != payment.payment_method_id


async def customer(
    session: AsyncSession, account_id: UUID, provider: str
) -> PaymentCustomer | None:
    query = select(PaymentCustomer).where(
        col(PaymentCustomer.account_id) == account_id, col(PaymentCustomer.provider) == provider
    )
    return (await session.exec(query)).first()


async def account_of(session: AsyncSession, provider: str, reference: str) -> UUID | None:
    """Which account the provider knows as this customer."""
    query = select(PaymentCustomer.account_id).where(
        col(PaymentCustomer.provider) == provider, col(PaymentCustomer.reference) == reference
    )
    return (await session.exec(query.limit(1))).first()


_TELL_OF_EXPIRY = text("""
    WITH due AS (
        SELECT m.account_id, m.id, notice.days
        FROM payment_methods m JOIN accounts a ON a.id = m.account_id
        CROSS JOIN LATERAL (
            SELECT min(days) AS days FROM unnest(CAST(:days AS int[])) AS days
            WHERE days >= m.expires_on
                - (coalesce(a.test_clock, :now) AT TIME ZONE a.billing_timezone)::date
        ) AS notice
        WHERE m.is_default AND m.provider = :provider AND a.status <> 'CLOSED'
          AND (m.expiry_told IS NULL OR notice.days < m.expiry_told) AND notice.days IS NOT NULL
        LIMIT :count
    )
    UPDATE payment_methods m SET expiry_told = due.days FROM due
    WHERE m.account_id = due.account_id AND m.id = due.id AND m.is_default
      AND (m.expiry_told IS NULL OR due.days < m.expiry_told)
    RETURNING m.account_id, m.id, m.expiry_told
""")


async def tell_of_expiry(
    session: AsyncSession, *, provider: str, now: datetime, days: Sequence[int], count: int
) -> Sequence[tuple[UUID, UUID, int]]:
    """Account, default method and days before its end: those that have come, by the account's
    calendar, and were not told yet. They are told from now on; of several the last one is."""
    connection = await session.connection()
    values = {"provider": provider, "now": now, "days": list(days), "count": count}
    return [(row[0], row[1], row[2]) for row in await connection.execute(_TELL_OF_EXPIRY, values)]


async def remember_customer(
    session: AsyncSession, account_id: UUID, provider: str, reference: str, now: datetime
) -> None:
    """Two who do it at once have been told the same."""
    connection = await session.connection()
    values = {"account_id": account_id, "provider": provider, "reference": reference}
    statement = insert(PaymentCustomer).values(**values, created_at=now)
    await connection.execute(statement.on_conflict_do_nothing())
