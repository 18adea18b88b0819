"""Payment methods of an account, and what providers call the account."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Payment, PaymentCustomer, PaymentMethod


async def default_method(session: AsyncSession, account_id: UUID) -> PaymentMethod | None:
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


async def of_account(session: AsyncSession, account_id: UUID) -> Sequence[PaymentMethod]:
    """Those that were not removed, the newest first."""
    query = (
        select(PaymentMethod)
        .where(col(PaymentMethod.account_id) == account_id, col(PaymentMethod.removed_at).is_(None))
        .order_by(col(PaymentMethod.id).desc())
    )
    return (await session.exec(query)).all()


async def has_other_method(session: AsyncSession, payment: Payment) -> bool:
    """Whether the default method has changed since the payment was intended."""
    method = await default_method(session, payment.account_id)
    return method is not None and method.id != payment.payment_method_id


async def customer(
    session: AsyncSession, account_id: UUID, provider: str
) -> PaymentCustomer | None:
    query = select(PaymentCustomer).where(
        col(PaymentCustomer.account_id) == account_id, col(PaymentCustomer.provider) == provider
    )
    return (await session.exec(query)).first()
