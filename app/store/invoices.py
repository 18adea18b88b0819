"""Invoices, charges and ledger transfers: bulk writes, and the reads of one account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.invoices import InvoiceStatus
from app.models import Charge, Invoice, InvoiceDecision

Rows = Sequence[dict[str, Any]]


async def insert_rows(session: AsyncSession, table: str, rows: Rows, then: str = "") -> None:
    """One statement for all rows, which travel as JSON: a row at a time takes twice as long, and
    COPY is closed to who is subject to row-level security. `then`: what follows in SQL."""
    if rows:
        connection = await session.connection()
        columns = ", ".join(rows[0])
        query = f"""
            INSERT INTO {table} ({columns}) SELECT {columns}
            FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json)) {then}
        """  # noqa: S608 - the names are ours
        await connection.execute(text(query), {"rows": as_json(rows)})


def as_json(rows: Rows) -> str:
    return orjson.dumps(rows, default=str, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


_JOIN = text("""
    UPDATE charges SET invoice_id = line.invoice_id, tax = line.tax
    FROM unnest(CAST(:ids AS uuid[]), CAST(:charges AS uuid[]), CAST(:invoices AS uuid[]),
        CAST(:taxes AS bigint[])) AS line (account_id, charge_id, invoice_id, tax)
    WHERE charges.account_id = line.account_id AND charges.id = line.charge_id
      AND charges.invoice_id IS NULL
""")


async def join_unbilled(
    session: AsyncSession, lines: Sequence[tuple[UUID, UUID, UUID, int]]
) -> None:
    """I1: unbilled charges become charges of the invoice: account, charge, invoice, tax (I4)."""
    if lines:
        connection = await session.connection()
        ids, charges, invoices, taxes = (list(column) for column in zip(*lines, strict=True))
        values = {"ids": ids, "charges": charges, "invoices": invoices, "taxes": taxes}
        await connection.execute(_JOIN, values)


_ADVANCE = text("""
    UPDATE accounts SET invoice_sequence = done.sequence,
        next_bill_at = CASE WHEN NOT done.closes OR EXISTS (
            SELECT FROM credits c WHERE c.account_id = done.id AND c.balance < 0
        ) THEN done.next_bill_at END,
        status = CASE WHEN done.closes THEN 'CLOSED' ELSE status END,
        billing_claim = NULL, billing_claimed_until = NULL, version = version + 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:nexts AS timestamptz[]), CAST(:sequences AS int[]),
        CAST(:closes AS boolean[])) AS done (id, next_bill_at, sequence, closes)
    WHERE accounts.id = done.id
""")
_RENEW = text("""
    UPDATE subscriptions SET current = term.current, plan_id = term.plan_id, term = term.term,
        priced_on = lower(term.current), upgrades = 0, next_plan_id = NULL, next_term = NULL,
        version = subscriptions.version + 1
    FROM json_populate_recordset(CAST(NULL AS subscriptions), CAST(:rows AS json)) AS term
    WHERE subscriptions.account_id = term.account_id
      AND lower(subscriptions.current) <> lower(term.current)
""")
_CLEAR = text("""
    UPDATE credits SET balance = balance + cleared.amount
    FROM unnest(CAST(:ids AS uuid[]), CAST(:amounts AS bigint[])) AS cleared (account_id, amount)
    WHERE credits.account_id = cleared.account_id
    RETURNING credits.account_id, credits.balance - cleared.amount, credits.balance
""")


async def advance(session: AsyncSession, done: Sequence[tuple[UUID, datetime, int, bool]]) -> None:
    """C5: the watermark moves in the transaction that bills, and so does the last number (I3).

    Account, next cut-off, last number, and whether it closes: then it rests, unless usage that was
    posted after the cut-off has left a debt already (M7).
    """
    connection = await session.connection()
    ids, nexts, sequences, closes = (list(column) for column in zip(*done, strict=True))
    values = {"ids": ids, "nexts": nexts, "sequences": sequences, "closes": closes}
    await connection.execute(_ADVANCE, values)


async def renew(session: AsyncSession, terms: Rows) -> None:
    """C2, L7: the next term, with the plan that it begins with."""
    if terms:
        connection = await session.connection()
        await connection.execute(_RENEW, {"rows": as_json(terms)})


async def add_to_credits(
    session: AsyncSession, amounts: Sequence[tuple[UUID, int]]
) -> list[tuple[UUID, int, int]]:
    """Never a read-modify-write: the database adds. Each account with its balance before and
    after, for its alerts."""
    if not amounts:
        return []
    connection = await session.connection()
    ids, sums = (list(column) for column in zip(*amounts, strict=True))
    rows = await connection.execute(_CLEAR, {"ids": ids, "amounts": sums})
    return [(row[0], row[1], row[2]) for row in rows]


async def get(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> Invoice | None:
    query = select(Invoice).where(
        col(Invoice.account_id) == account_id, col(Invoice.id) == invoice_id
    )
    return (await session.exec(query)).first()


async def charges(
    session: AsyncSession, account_id: UUID, charge_ids: Sequence[UUID]
) -> Sequence[Charge]:
    """In the order in which they were made."""
    query = select(Charge).where(
        col(Charge.account_id) == account_id, col(Charge.id).in_(charge_ids)
    )
    return (await session.exec(query.order_by(col(Charge.id)))).all()


async def with_status(
    session: AsyncSession, account_id: UUID, status: InvoiceStatus
) -> Sequence[Invoice]:
    query = select(Invoice).where(
        col(Invoice.account_id) == account_id, col(Invoice.status) == status
    )
    return (await session.exec(query.order_by(col(Invoice.number)))).all()


async def was_given_up(session: AsyncSession, account_id: UUID, invoice_id: UUID) -> bool:
    """I3: whether somebody has decided so, also if it was paid afterwards."""
    query = select(InvoiceDecision.id).where(
        col(InvoiceDecision.account_id) == account_id,
        col(InvoiceDecision.invoice_id) == invoice_id,
        col(InvoiceDecision.decided) == InvoiceStatus.UNCOLLECTIBLE,
    )
    return (await session.exec(query)).first() is not None
