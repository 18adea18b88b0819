"""Refunds under way and done, and what is left of payments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.refunds import OPEN, Refundable, RefundStatus
from app.models import LateFailure, Payment, Refund, Reinstatement

_LEFT = text("""
    SELECT p.id, p.amount
        - (SELECT coalesce(sum(r.amount), 0) FROM refunds r WHERE r.account_id = p.account_id
           AND r.payment_id = p.id AND r.status <> 'FAILED' AND r.credit_note_id IS NOT NULL)
        - (SELECT coalesce(sum(f.amount - f.from_credits), 0) FROM late_failures f
           WHERE f.account_id = p.account_id AND f.payment_id = p.id)
        + (SELECT coalesce(sum(b.amount - b.to_credits), 0) FROM reinstatements b
           WHERE b.account_id = p.account_id AND b.payment_id = p.id
             AND b.refund_id IS NULL) AS left
    FROM payments p
    WHERE p.account_id = :account_id AND p.invoice_id = :invoice_id AND p.status = 'SUCCEEDED'
    ORDER BY p.id DESC
""")


async def left(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> list[Refundable]:
    """Of the payments of an invoice, the newest first."""
    connection = await session.connection()
    values = {"account_id": account_id, "invoice_id": invoice_id}
    return [Refundable(row[0], int(row[1])) for row in await connection.execute(_LEFT, values)]


async def of_note(session: AsyncSession, account_id: UUID, note_id: UUID) -> Sequence[Refund]:
    query = select(Refund).where(
        col(Refund.account_id) == account_id, col(Refund.credit_note_id) == note_id
    )
    return (await session.exec(query.order_by(col(Refund.id)))).all()


async def of_payment(session: AsyncSession, payment: Payment) -> Sequence[Refund]:
    query = select(Refund).where(
        col(Refund.account_id) == payment.account_id, col(Refund.payment_id) == payment.id
    )
    return (await session.exec(query.order_by(col(Refund.id)))).all()


_BECAME_CREDITS = text("""
    SELECT (SELECT coalesce(sum(to_credits), 0) FROM reinstatements WHERE account_id = :account_id
            AND payment_id = :payment_id AND refund_id IS NULL)
        - (SELECT coalesce(sum(amount), 0) FROM refunds WHERE account_id = :account_id
            AND payment_id = :payment_id AND status = 'SUCCEEDED' AND credit_note_id IS NULL)
        - (SELECT coalesce(sum(from_credits), 0) FROM late_failures
            WHERE account_id = :account_id AND payment_id = :payment_id)
""")


async def became_credits(session: AsyncSession, payment: Payment) -> int:
    """Micros of an invoice's payment that were returned when it asked for nothing any more, and
    have not gone back since."""
    connection = await session.connection()
    values = {"account_id": payment.account_id, "payment_id": payment.id}
    return int((await connection.execute(_BECAME_CREDITS, values)).scalar_one())


async def booked_by_hand(
    session: AsyncSession, payment: Payment, reference: str
) -> Sequence[Refund]:
    """The parts of a refund of the provider that count as given back, locked; ask under the
    account's lock."""
    query = select(Refund).where(
        col(Refund.account_id) == payment.account_id,
        col(Refund.payment_id) == payment.id,
        col(Refund.reference) == reference,
        col(Refund.reason).is_not(None),
        col(Refund.status) == RefundStatus.SUCCEEDED,
    )
    query = query.order_by(col(Refund.id)).execution_options(populate_existing=True)
    return (await session.exec(query.with_for_update())).all()


_OWED = text("""
    SELECT n.id, n.refundable - coalesce((
        SELECT sum(r.amount) FROM refunds r WHERE r.account_id = n.account_id
          AND r.credit_note_id = n.id AND r.status <> 'FAILED'), 0) AS owed
    FROM credit_notes n WHERE n.account_id = :account_id AND n.invoice_id = :invoice_id
    ORDER BY n.number
""")


async def owed_by_notes(
    session: AsyncSession, account_id: UUID, invoice_id: UUID
) -> list[tuple[UUID, int]]:
    """Of the credit notes of an invoice, oldest first: what refunds have not given back yet."""
    connection = await session.connection()
    values = {"account_id": account_id, "invoice_id": invoice_id}
    return [(row[0], int(row[1])) for row in await connection.execute(_OWED, values)]


async def open_of_payment(
    session: AsyncSession, account_id: UUID, payment_id: UUID
) -> Refund | None:
    query = select(Refund).where(
        col(Refund.account_id) == account_id,
        col(Refund.payment_id) == payment_id,
        col(Refund.status).in_(OPEN),
    )
    return (await session.exec(query)).first()


async def under_way(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> int:
    """Micros of the payments of an invoice that open refunds may give back."""
    query = (
        select(func.coalesce(func.sum(Refund.amount), 0))
        .join(
            Payment,
            (col(Payment.account_id) == col(Refund.account_id))
            & (col(Payment.id) == col(Refund.payment_id)),
        )
        .where(
            col(Refund.account_id) == account_id,
            col(Payment.invoice_id) == invoice_id,
            col(Refund.status).in_(OPEN),
        )
    )
    return int((await session.exec(query)).one())


async def get(session: AsyncSession, account_id: UUID, refund_id: UUID) -> Refund | None:
    query = select(Refund).where(col(Refund.account_id) == account_id, col(Refund.id) == refund_id)
    return (await session.exec(query)).first()


async def for_update(session: AsyncSession, account_id: UUID, refund_id: UUID) -> Refund | None:
    """None also if it is settled: then it is frozen."""
    query = select(Refund).where(col(Refund.account_id) == account_id, col(Refund.id) == refund_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def given_back(session: AsyncSession, account_id: UUID, payment_id: UUID) -> int:
    """Micros of a payment that refunds have given back."""
    query = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        col(Refund.account_id) == account_id,
        col(Refund.payment_id) == payment_id,
        col(Refund.status) == RefundStatus.SUCCEEDED,
    )
    return int((await session.exec(query)).one())


async def taken_back(session: AsyncSession, account_id: UUID, payment_id: UUID) -> int:
    """Micros of a payment that the provider has of it again, as far as we know."""
    query = select(func.coalesce(func.sum(Reinstatement.amount), 0)).where(
        col(Reinstatement.account_id) == account_id,
        col(Reinstatement.payment_id) == payment_id,
        col(Reinstatement.refund_id).is_(None),
    )
    again = int((await session.exec(query)).one())
    return await ever_taken_back(session, account_id, payment_id) - again


async def ever_taken_back(session: AsyncSession, account_id: UUID, payment_id: UUID) -> int:
    """Whatever was returned of it since."""
    query = select(func.coalesce(func.sum(LateFailure.amount), 0)).where(
        col(LateFailure.account_id) == account_id, col(LateFailure.payment_id) == payment_id
    )
    return int((await session.exec(query)).one())


_SEND = text("""
    WITH taken AS (
        UPDATE refunds SET fence = fence + 1, attempts = attempts + 1, lease_until = :until,
            status = CASE status WHEN 'CREATED' THEN 'SENT' ELSE status END,
            sent_at = coalesce(sent_at, :now)
        WHERE account_id = :account_id AND id = :id AND status IN ('CREATED', 'SENT', 'UNKNOWN')
          AND (lease_until IS NULL OR lease_until < :now)
        RETURNING *
    )
    SELECT r.fence, r.attempts, r.sent_at, r.amount, r.payment_id, p.provider, p.reference,
        coalesce(p.customer, c.reference, '') AS customer
    FROM taken r JOIN payments p ON p.account_id = r.account_id AND p.id = r.payment_id
    LEFT JOIN payment_customers c ON c.account_id = p.account_id AND c.provider = p.provider
""")


async def send(
    session: AsyncSession, account_id: UUID, refund_id: UUID, *, now: datetime, until: datetime
) -> Any | None:
    """Take the lease of an unsettled refund; None if another holds it or it is settled."""
    connection = await session.connection()
    values = {"account_id": account_id, "id": refund_id, "now": now, "until": until}
    return (await connection.execute(_SEND, values)).first()


_UNKNOWN = text("""
    UPDATE refunds SET status = 'UNKNOWN', lease_until = :until
    WHERE account_id = :account_id AND id = :id AND status IN ('SENT', 'UNKNOWN')
      AND fence = :fence
""")


async def mark_unknown(
    session: AsyncSession, account_id: UUID, refund_id: UUID, *, fence: int, until: datetime
) -> None:
    connection = await session.connection()
    values = {"account_id": account_id, "id": refund_id, "fence": fence, "until": until}
    await connection.execute(_UNKNOWN, values)
