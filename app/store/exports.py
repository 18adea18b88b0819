"""Pages of all that was invoiced, and of all usage, in the order of accounts.

Whose: those that the transaction sees. A page costs the same wherever it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.exports import Days

Rows: TypeAlias = Sequence[Row[*tuple[Any, ...]]]
_FIRST = UUID(int=0)

_INVOICES = text("""
    SELECT i.account_id, i.id, a.name AS account_name, i.number, i.kind, i.status, i.issued_on,
        i.due_on, i.currency, i.tax, i.total, i.paid, i.credited, i.refundable,
        lower(i.period) AS first_day, upper(i.period) - 1 AS last_day
    FROM invoices i JOIN accounts a ON a.id = i.account_id
    WHERE (i.account_id, i.id) > (:account_id, :invoice_id)
      AND (CAST(:first AS date) IS NULL OR i.issued_on >= :first)
      AND (CAST(:last AS date) IS NULL OR i.issued_on <= :last)
    ORDER BY i.account_id, i.id LIMIT :count
""")


async def invoices(
    session: AsyncSession, days: Days, after: tuple[UUID, UUID] | None, count: int
) -> Rows:
    """Up to `count` invoices of these days, behind the account and id of the one before."""
    account_id, invoice_id = after or (_FIRST, _FIRST)
    values = {
        "account_id": account_id,
        "invoice_id": invoice_id,
        "first": days.first,
        "last": days.last,
        "count": count,
    }
    connection = await session.connection()
    return (await connection.execute(_INVOICES, values)).all()


_CHARGES = text("""
    SELECT wanted.position, c.id, c.rule, c.component, c.description,
        lower(c.period) AS first_day, upper(c.period) - 1 AS last_day,
        c.quantity, c.unit_amount, c.amount, c.tax, c.derivation -> 'steps' AS steps
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:invoices AS uuid[])) WITH ORDINALITY
        AS wanted (account_id, invoice_id, position)
    JOIN charges c ON c.account_id = wanted.account_id AND c.invoice_id = wanted.invoice_id
    WHERE (wanted.position, c.id) > (:position, :charge_id)
    ORDER BY wanted.position, c.id LIMIT :count
""")


@dataclass(frozen=True, slots=True)
class Place:
    """The charge that was read last: of which of the invoices (they count from 1)."""

    position: int = 0
    charge_id: UUID = _FIRST


async def charges(session: AsyncSession, invoices: Rows, after: Place, count: int) -> Rows:
    """Up to `count` charges of these invoices; the `position` of each says of which."""
    values = {
        "accounts": [row.account_id for row in invoices],
        "invoices": [row.id for row in invoices],
        "position": after.position,
        "charge_id": after.charge_id,
        "count": count,
    }
    connection = await session.connection()
    return (await connection.execute(_CHARGES, values)).all()


_USAGE = text("""
    SELECT a.name AS account_name, a.currency, a.billing_timezone, e.*,
        (e.posted_at AT TIME ZONE a.billing_timezone)::date AS posted_on,
        (e.happened_at AT TIME ZONE a.billing_timezone)::date AS happened_on,
        u.first_name || ' ' || u.last_name AS user_name, l.number AS line_number
    FROM usage_events e JOIN accounts a ON a.id = e.account_id
    LEFT JOIN users u ON u.account_id = e.account_id AND u.id = e.user_id
    LEFT JOIN lines l ON l.account_id = e.account_id AND l.id = e.line_id
    WHERE (e.account_id, e.posted_at, e.id) > (:account_id, :posted_at, :id)
      AND e.posted_at >= coalesce(CAST(:first AS date) - 1, '-infinity')::timestamp
        AT TIME ZONE 'UTC'
      AND e.posted_at < coalesce(CAST(:last AS date) + 2, 'infinity')::timestamp
        AT TIME ZONE 'UTC'
      AND (e.posted_at AT TIME ZONE a.billing_timezone)::date
        BETWEEN coalesce(CAST(:first AS date), '-infinity')
            AND coalesce(CAST(:last AS date), 'infinity')
    ORDER BY e.account_id, e.posted_at, e.id LIMIT :count
""")
_BEGINNING = (_FIRST, datetime(1, 1, 1, tzinfo=UTC), _FIRST)


async def usage(
    session: AsyncSession, days: Days, after: tuple[UUID, datetime, UUID] | None, count: int
) -> Rows:
    """Up to `count` events of these local days of posting, behind the one before, by account: the
    index of the list is read in its order, from account to account."""
    account_id, posted_at, id_ = after or _BEGINNING
    values = {"account_id": account_id, "posted_at": posted_at, "id": id_, "count": count}
    connection = await session.connection()
    found = await connection.execute(_USAGE, {**values, "first": days.first, "last": days.last})
    return found.all()
