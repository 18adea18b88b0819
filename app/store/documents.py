"""What stands on a document besides its invoice: its charges, and the usage of its month."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.periods import Period
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
    SELECT happened_on AS day, kind,
        coalesce(sum(events) FILTER (WHERE mine), 0)::bigint AS events,
        coalesce(sum(quantity) FILTER (WHERE mine AND included), 0)::bigint AS included,
        coalesce(sum(quantity) FILTER (WHERE mine AND NOT included), 0)::bigint AS paid,
        (coalesce(sum(amount) FILTER (WHERE mine), 0)
            + coalesce(sum(fee) FILTER (WHERE fee_is_mine), 0))::bigint AS amount
    FROM (
        SELECT d.*, posted_on >= CAST(:first AS date) AS mine,
            posted_on < CAST(:next AS date) - 1 AS fee_is_mine
        FROM usage_days d WHERE account_id = :account_id
          AND posted_on >= CAST(:first AS date) - 1 AND posted_on < CAST(:next AS date)
    ) AS posted
    WHERE mine OR fee <> 0
    GROUP BY 1, 2 ORDER BY 1, 2
""")


async def usage_by_day(
    session: AsyncSession, account_id: UUID, month: Period
) -> list[Row[*tuple[Any, ...]]]:
    """What was posted in the month, by the local day on which it happened; the carriers' fees are
    those that were posted in it, the last day's of the month before among them (M2)."""
    values = {"account_id": account_id, "first": month.start, "next": month.end}
    connection = await session.connection()
    return list(await connection.execute(_USAGE, values))
