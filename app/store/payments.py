"""Payments, and the invoices that are to be collected."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.payments import OPEN, PaymentStatus, Purpose, Source
from app.models import Payment, PaymentCustomer, PaymentStep


async def get(session: AsyncSession, account_id: UUID, payment_id: UUID) -> Payment | None:
    query = select(Payment).where(
        col(Payment.account_id) == account_id, col(Payment.id) == payment_id
    )
    return (await session.exec(query)).first()


async def for_update(session: AsyncSession, account_id: UUID, payment_id: UUID) -> Payment | None:
    query = select(Payment).where(
        col(Payment.account_id) == account_id, col(Payment.id) == payment_id
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def with_reference(
    session: AsyncSession, provider: str, reference: str | None
) -> Payment | None:
    """Of any account: the payment that took the money of a provider's charge."""
    query = select(Payment).where(
        col(Payment.provider) == provider,
        col(Payment.reference) == reference,
        col(Payment.decline_code).is_(None),
    )
    return (await session.exec(query.limit(1))).first()


async def customer(session: AsyncSession, payment: Payment) -> str:
    """Whom the provider has charged; "" is nobody that it knows."""
    if payment.customer is not None:
        return payment.customer
    query = select(PaymentCustomer.reference).where(
        col(PaymentCustomer.account_id) == payment.account_id,
        col(PaymentCustomer.provider) == payment.provider,
    )
    return (await session.exec(query)).first() or ""


async def open_for_credits(session: AsyncSession, account_id: UUID) -> Payment | None:
    """M6: the one top-up or purchase that is not settled yet."""
    query = select(Payment).where(
        col(Payment.account_id) == account_id,
        col(Payment.purpose) != Purpose.INVOICE,
        col(Payment.status).in_(OPEN),
    )
    return (await session.exec(query)).first()


async def open_for_invoice(
    session: AsyncSession, account_id: UUID, invoice_id: UUID
) -> Payment | None:
    query = select(Payment).where(
        col(Payment.account_id) == account_id,
        col(Payment.invoice_id) == invoice_id,
        col(Payment.purpose) == Purpose.INVOICE,
        col(Payment.status).in_(OPEN),
    )
    return (await session.exec(query)).first()


async def open_with_method(
    session: AsyncSession, account_id: UUID, method_id: UUID
) -> Payment | None:
    query = select(Payment).where(
        col(Payment.account_id) == account_id,
        col(Payment.payment_method_id) == method_id,
        col(Payment.status).in_(OPEN),
    )
    return (await session.exec(query)).first()


async def declined_for_invoice(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> int:
    """Attempts that failed by themselves: who pays by hand does not use up the ladder."""
    query = select(func.count()).where(
        col(Payment.account_id) == account_id,
        col(Payment.invoice_id) == invoice_id,
        col(Payment.status) == PaymentStatus.DECLINED,
        col(PaymentStep.account_id) == col(Payment.account_id),
        col(PaymentStep.payment_id) == col(Payment.id),
        col(PaymentStep.number) == 0,
        col(PaymentStep.source) != Source.REQUEST,
    )
    return (await session.exec(query)).one()


async def last_of_invoice(
    session: AsyncSession, account_id: UUID, invoice_id: UUID
) -> Payment | None:
    query = select(Payment).where(
        col(Payment.account_id) == account_id,
        col(Payment.invoice_id) == invoice_id,
        col(Payment.purpose) == Purpose.INVOICE,
    )
    return (await session.exec(query.order_by(col(Payment.id).desc()).limit(1))).first()


async def asked_by(session: AsyncSession, payment: Payment) -> Source:
    """Whose idea it was: a person's REQUEST, or a WORKER's, because it was due."""
    query = select(PaymentStep.source).where(
        col(PaymentStep.account_id) == payment.account_id,
        col(PaymentStep.payment_id) == payment.id,
        col(PaymentStep.number) == 0,
    )
    return Source((await session.exec(query)).one())


_TO_COLLECT = text("""
    SELECT i.account_id, i.id FROM invoices i JOIN accounts a ON a.id = i.account_id
    WHERE i.next_attempt_at <= coalesce(a.test_clock, :now)
      AND (CAST(:only AS uuid) IS NULL OR i.account_id = :only)
    ORDER BY i.next_attempt_at, i.id LIMIT :count
""")


async def to_collect(
    session: AsyncSession, *, now: datetime, count: int, only: UUID | None = None
) -> Sequence[tuple[UUID, UUID]]:
    """Account and invoice of those that are to be charged by now, in the account's time; who has
    left still owes the last invoice."""
    connection = await session.connection()
    rows = await connection.execute(_TO_COLLECT, {"now": now, "count": count, "only": only})
    return [(row[0], row[1]) for row in rows]
