"""Credit notes, and what of the charges of invoices can still be credited."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.credit_notes import Line
from app.domain.invoice_states import CREDITABLE
from app.domain.taxes import UNTAXED
from app.models import CreditNote

_LINES = text("""
    SELECT c.id, c.rule, c.amount, c.tax, coalesce(sum(l.amount), 0)::bigint,
        coalesce(sum(l.tax), 0)::bigint
    FROM charges c
    LEFT JOIN credit_note_lines l ON l.account_id = c.account_id AND l.charge_id = c.id
    WHERE c.account_id = :account_id AND c.invoice_id = :invoice_id
    GROUP BY c.account_id, c.id ORDER BY c.id
""")


async def lines(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> list[Line]:
    """The charges of an invoice and what has been credited of them."""
    values = {"account_id": account_id, "invoice_id": invoice_id}
    return [Line(*row) for row in await fetch(session, _LINES, values)]


async def get(session: AsyncSession, account_id: UUID, credit_note_id: UUID) -> CreditNote | None:
    query = select(CreditNote).where(
        col(CreditNote.account_id) == account_id, col(CreditNote.id) == credit_note_id
    )
    return (await session.exec(query)).first()


_CREDITABLE = text("""
    SELECT c.account_id, c.id, c.amount - coalesce(sum(l.amount), 0)::bigint
    FROM unnest(CAST(:ids AS uuid[]), CAST(:charges AS uuid[])) AS wanted (account_id, charge_id)
    JOIN charges c ON c.account_id = wanted.account_id AND c.id = wanted.charge_id
        AND NOT c.rule = ANY(:credits)
    JOIN invoices i ON i.account_id = c.account_id AND i.id = c.invoice_id
        AND i.status = ANY(:statuses)
    LEFT JOIN credit_note_lines l ON l.account_id = c.account_id AND l.charge_id = c.id
    GROUP BY c.account_id, c.id
""")


async def creditable(
    session: AsyncSession, charges: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], int]:
    """The net amount that a credit note could still take back of each charge; none is nothing."""
    ids, charge_ids = (list(column) for column in zip(*charges, strict=True))
    values = {"ids": ids, "charges": charge_ids}
    known = {"credits": sorted(UNTAXED), "statuses": sorted(CREDITABLE)}
    rows = await fetch(session, _CREDITABLE, {**values, **known})
    return {(row[0], row[1]): row[2] for row in rows}
