"""Payments and payment methods."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.payments import OPEN, PaymentStatus, Purpose
from app.models import Payment, PaymentMethod


async def default_method(session: AsyncSession, account_id: UUID) -> PaymentMethod | None:
    query = select(PaymentMethod).where(
        col(PaymentMethod.account_id) == account_id, col(PaymentMethod.is_default)
    )
    return (await session.exec(query)).first()


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


async def has_other_method(session: AsyncSession, payment: Payment) -> bool:
    """Whether the default method has changed since the payment was intended."""
    method = await default_method(session, payment.account_id)
    return method is not None and method.id != payment.payment_method_id


async def declined_for_invoice(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> int:
    query = select(func.count()).where(
        col(Payment.account_id) == account_id,
        col(Payment.invoice_id) == invoice_id,
        col(Payment.status) == PaymentStatus.DECLINED,
    )
    return (await session.exec(query)).one()


_SEND = text("""
    UPDATE payments p SET status = CASE p.status WHEN 'CREATED' THEN 'SENT' ELSE p.status END,
        fence = fence + 1, attempts = attempts + 1, lease_until = :until
    FROM payment_methods m, accounts a
    WHERE p.account_id = :account_id AND p.id = :id AND a.id = p.account_id
      AND m.account_id = p.account_id AND m.id = p.payment_method_id
      AND p.status IN ('CREATED', 'SENT', 'UNKNOWN')
      AND (p.lease_until IS NULL OR p.lease_until < :now)
    RETURNING p.fence, p.amount, a.currency, m.token
""")


async def send(
    session: AsyncSession, account_id: UUID, payment_id: UUID, *, now: datetime, until: datetime
) -> Any | None:
    """Take the lease of an unsettled payment; None if another holds it or it is settled."""
    connection = await session.connection()
    values = {"account_id": account_id, "id": payment_id, "now": now, "until": until}
    return (await connection.execute(_SEND, values)).first()


_UNKNOWN = text("""
    UPDATE payments SET status = 'UNKNOWN', lease_until = :until
    WHERE account_id = :account_id AND id = :id AND status IN ('SENT', 'UNKNOWN')
      AND fence = :fence
""")


async def mark_unknown(
    session: AsyncSession, account_id: UUID, payment_id: UUID, *, fence: int, until: datetime
) -> None:
    connection = await session.connection()
    values = {"account_id": account_id, "id": payment_id, "fence": fence, "until": until}
    await connection.execute(_UNKNOWN, values)


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


_ABANDONED = text("""
    SELECT account_id, id FROM payments
    WHERE status IN ('CREATED', 'SENT', 'UNKNOWN')
      AND (lease_until IS NULL OR lease_until < :now)
    ORDER BY id LIMIT :count
""")


async def unsettled(
    session: AsyncSession, *, now: datetime, count: int
) -> Sequence[tuple[UUID, UUID]]:
    """Open payments that nobody holds the lease of: created and never sent, or left behind."""
    connection = await session.connection()
    rows = await connection.execute(_ABANDONED, {"now": now, "count": count})
    return [(row[0], row[1]) for row in rows]
