"""The charges of one invoice: what they are, and their copies on the invoice that replaces it."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import Charge

Copies: TypeAlias = Sequence[tuple[UUID, UUID, int]]
"""The id of a charge, that of its copy, and the tax of the copy."""


async def of_invoice(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> Sequence[Charge]:
    """In the order of their ids, which is that of tax (I4)."""
    query = select(Charge).where(
        col(Charge.account_id) == account_id, col(Charge.invoice_id) == invoice_id
    )
    return (await session.exec(query.order_by(col(Charge.id)))).all()


_REPLACE = text("""
    UPDATE charges SET replaced = true
    WHERE account_id = :account_id AND invoice_id = :invoice_id AND NOT replaced
""")
_COPY = text("""
    INSERT INTO charges (account_id, id, invoice_id, component, rule, description, quantity,
        unit_amount, amount, slots, period, derivation, posted_at, upgrade, tax, replaced,
        replaces)
    SELECT c.account_id, copy.id, :invoice_id, c.component, c.rule, c.description, c.quantity,
        c.unit_amount, c.amount, c.slots, c.period, c.derivation, c.posted_at, c.upgrade,
        copy.tax, false, c.id
    FROM unnest(CAST(:charges AS uuid[]), CAST(:ids AS uuid[]), CAST(:taxes AS bigint[]))
        AS copy (charge_id, id, tax)
    JOIN charges c ON c.account_id = :account_id AND c.id = copy.charge_id
""")


async def replace(session: AsyncSession, account_id: UUID, void: UUID) -> None:
    """I7: the charges of a void invoice give up their rectangles; they stay on it.

    The database lets a charge of an invoice be changed only while the transaction names the
    invoice, and only in this.
    """
    connection = await session.connection()
    await connection.execute(text(f"SET LOCAL perseat.replaced_invoice = '{UUID(str(void))}'"))
    await connection.execute(_REPLACE, {"account_id": account_id, "invoice_id": void})
    await connection.execute(text("SET LOCAL perseat.replaced_invoice = ''"))


async def copy(session: AsyncSession, account_id: UUID, invoice_id: UUID, copies: Copies) -> None:
    """The same derivations again, on another invoice."""
    connection = await session.connection()
    charges, ids, taxes = (list(column) for column in zip(*copies, strict=True))
    values = {"account_id": account_id, "invoice_id": invoice_id}
    await connection.execute(_COPY, {**values, "charges": charges, "ids": ids, "taxes": taxes})
