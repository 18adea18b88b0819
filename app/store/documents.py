"""What stands on a document besides its invoice: its charges, and the usage of its month."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Charge, CreditNoteLine


async def charges(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> Sequence[Charge]:
    """What was charged for earlier days first, licences before add-ons, then as it was posted."""
    query = (
        select(Charge)
        .where(col(Charge.account_id) == account_id, col(Charge.invoice_id) == invoice_id)
        .order_by(col(Charge.period).asc().nulls_last(), col(Charge.posted_at), col(Charge.id))
    )
    return (await session.exec(query)).all()


async def credited(
    session: AsyncSession, account_id: UUID, credit_note_id: UUID
) -> list[tuple[Charge, int, int]]:
    """The charges that a credit note draws on, and how much of each: net, and its tax."""
    line = CreditNoteLine
    query = (
        select(Charge, col(line.amount), col(line.tax))
        .join(
            line,
            (col(line.account_id) == col(Charge.account_id))
            & (col(line.charge_id) == col(Charge.id)),
        )
        .where(col(line.account_id) == account_id, col(line.credit_note_id) == credit_note_id)
        .order_by(col(Charge.period).asc().nulls_last(), col(Charge.posted_at), col(Charge.id))
    )
    return [(charge, amount, tax) for charge, amount, tax in (await session.exec(query)).all()]


_USAGE = text("""
    SELECT (happened_at AT TIME ZONE :timezone)::date AS day, kind, count(*) AS events,
        sum(CASE WHEN included THEN quantity ELSE 0 END)::bigint AS included,
        sum(CASE WHEN included THEN 0 ELSE quantity END)::bigint AS paid,
        sum(amount)::bigint AS amount
    FROM usage_events
    WHERE account_id = :account_id AND posted_at >= :start AND posted_at < :end
    GROUP BY 1, 2 ORDER BY 1, 2
""")


async def usage_by_day(
    session: AsyncSession, account_id: UUID, start: datetime, end: datetime, timezone: str
) -> list[Row[*tuple[Any, ...]]]:
    """What was posted from `start` until before `end`, by the local day on which it happened."""
    values = {"account_id": account_id, "start": start, "end": end, "timezone": timezone}
    connection = await session.connection()
    return list(await connection.execute(_USAGE, values))
