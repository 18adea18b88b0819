"""What is under way to the provider: leases, looks, and the steps of payments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.payments import PaymentStatus, Told
from app.models import Payment, PaymentStep

_SEND = text("""
    WITH taken AS (
        UPDATE payments SET fence = fence + 1, attempts = attempts + 1, lease_until = :until,
            asking_until = :until,
            status = CASE status WHEN 'CREATED' THEN 'SENT' ELSE status END,
            step = CASE status WHEN 'CREATED' THEN 1 ELSE step END,
            sent_at = coalesce(sent_at, :now)
        WHERE account_id = :account_id AND id = :id AND status IN ('CREATED', 'SENT', 'UNKNOWN')
          AND (lease_until IS NULL OR lease_until < :now)
        RETURNING *
    ), stepped AS (
        INSERT INTO payment_steps (account_id, payment_id, number, previous, from_status,
            to_status, source, created_at)
        SELECT account_id, id, 1, 0, 'CREATED', 'SENT', 'WORKER', :now
        FROM taken WHERE attempts = 1
    )
    SELECT p.fence, p.attempts, p.sent_at, p.amount, a.currency, m.token, p.provider, p.purpose,
        p.invoice_id, p.reference, c.reference AS customer
    FROM taken p JOIN accounts a ON a.id = p.account_id
    JOIN payment_methods m ON m.account_id = p.account_id AND m.id = p.payment_method_id
    LEFT JOIN payment_customers c ON c.account_id = p.account_id AND c.provider = p.provider
""")


async def send(
    session: AsyncSession, account_id: UUID, payment_id: UUID, *, now: datetime, until: datetime
) -> Any | None:
    """Take the lease of an unsettled payment; None if another holds it or it is settled."""
    connection = await session.connection()
    values = {"account_id": account_id, "id": payment_id, "now": now, "until": until}
    return (await connection.execute(_SEND, values)).first()


_UNKNOWN = text("""
    WITH before AS (
        SELECT account_id, id, status, step FROM payments
        WHERE account_id = :account_id AND id = :id AND status IN ('SENT', 'UNKNOWN')
          AND fence = :fence FOR UPDATE
    ), stepped AS (
        INSERT INTO payment_steps (account_id, payment_id, number, previous, from_status,
            to_status, source, reason, created_at)
        SELECT account_id, id, step + 1, step, status, 'UNKNOWN', 'WORKER', :reason, :now
        FROM before WHERE status = 'SENT'
    )
    UPDATE payments p SET status = 'UNKNOWN', lease_until = :until, asking_until = NULL,
        reference = coalesce(CAST(:reference AS text), p.reference),
        step = p.step + CASE before.status WHEN 'SENT' THEN 1 ELSE 0 END
    FROM before WHERE p.account_id = before.account_id AND p.id = before.id
    RETURNING before.status
""")


async def mark_unknown(
    session: AsyncSession,
    account_id: UUID,
    payment_id: UUID,
    *,
    fence: int,
    reason: str,
    reference: str | None,
    now: datetime,
    until: datetime,
) -> PaymentStatus | None:
    """Nobody knows what came of it: what it was before, which may be the same. None, and nothing
    changes, for who has lost the lease."""
    connection = await session.connection()
    values: dict[str, object] = {"account_id": account_id, "id": payment_id, "fence": fence}
    values["reason"] = reason
    values |= {"reference": reference, "now": now, "until": until}
    before = (await connection.execute(_UNKNOWN, values)).scalar()
    return None if before is None else PaymentStatus(before)


async def begin(
    session: AsyncSession, account_id: UUID, payment_id: UUID, told: Told, now: datetime
) -> None:
    """The step that a new payment points at; it has to be there before the payment."""
    await _insert(
        session,
        account_id=account_id,
        payment_id=payment_id,
        number=0,
        to_status=PaymentStatus.CREATED,
        source=told.source,
        actor=told.actor,
        reason=told.reason,
        created_at=now,
    )


async def step(
    session: AsyncSession, payment: Payment, status: PaymentStatus, told: Told, now: datetime
) -> None:
    """Take a locked payment one step further; the database refuses what is no transition."""
    await _insert(
        session,
        account_id=payment.account_id,
        payment_id=payment.id,
        number=payment.step + 1,
        previous=payment.step,
        from_status=payment.status,
        to_status=status,
        source=told.source,
        actor=told.actor,
        reason=told.reason,
        created_at=now,
    )
    payment.step, payment.status = payment.step + 1, status


async def _insert(session: AsyncSession, **values: object) -> None:
    """Past the session, which would write the payment first."""
    connection = await session.connection()
    await connection.execute(insert(PaymentStep).values(**values))
