"""Pages of all that was invoiced, and of all usage, in the order of accounts.

Whose: those that the transaction sees. A page costs the same wherever it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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


# CASE: or a range of days would be taken for few rows, which are sorted, not read in order.
_USAGE = text("""
    SELECT a.name AS account_name, a.currency, a.billing_timezone, e.*,
        u.first_name || ' ' || u.last_name AS user_name, l.number AS line_number,
        corrected.event_id AS corrects
    FROM (
        SELECT a.*, CASE WHEN a.id = :account_id THEN CAST(:posted_at AS timestamptz)
                ELSE CAST(:since AS timestamptz) END AS last_at,
            CASE WHEN a.id = :account_id THEN CAST(:id AS uuid)
                ELSE CAST(:first_id AS uuid) END AS last_id
        FROM accounts a WHERE a.id >= :account_id
    ) AS a CROSS JOIN LATERAL (
        SELECT e.*, (e.posted_at AT TIME ZONE a.billing_timezone)::date AS posted_on,
            (e.happened_at AT TIME ZONE a.billing_timezone)::date AS happened_on
        FROM usage_events e
        WHERE e.account_id = a.id AND (e.posted_at, e.id) > (a.last_at, a.last_id)
          AND e.posted_at < CAST(:until AS timestamptz)
          AND CASE WHEN (e.posted_at AT TIME ZONE a.billing_timezone)::date
            BETWEEN coalesce(CAST(:first AS date), '-infinity')
              AND coalesce(CAST(:last AS date), 'infinity') THEN true ELSE false END
        ORDER BY e.posted_at, e.id LIMIT :count
    ) AS e
    LEFT JOIN users u ON u.account_id = e.account_id AND u.id = e.user_id
    LEFT JOIN lines l ON l.account_id = e.account_id AND l.id = e.line_id
    LEFT JOIN usage_events corrected
        ON corrected.account_id = e.account_id AND corrected.id = e.adjusts
    ORDER BY a.id, e.posted_at, e.id LIMIT :count
""")
_EARLIEST, _LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


async def usage(
    session: AsyncSession, days: Days, after: tuple[UUID, datetime, UUID] | None, count: int
) -> Rows:
    """Up to `count` events of these local days of posting, behind the one before, by account: of
    each account the index is read from the first of these days on, whatever was before it. The
    instants are a day wider than the days, whatever the zone."""
    since = _EARLIEST if days.first is None else _utc(days.first, -1)
    until = _LATEST if days.last is None else _utc(days.last, 2)
    account_id, posted_at, id_ = after or (_FIRST, since, _FIRST)
    values = {"account_id": account_id, "posted_at": posted_at, "id": id_, "count": count}
    more = {"since": since, "until": until, "first_id": _FIRST}
    of = {"first": days.first, "last": days.last}
    connection = await session.connection()
    return (await connection.execute(_USAGE, {**values, **more, **of})).all()


def _utc(day: date, later: int) -> datetime:
    """So many days later; nothing was before the second year or is after the last but one."""
    within = min(max(day, date(2, 1, 1)), date(9998, 1, 1))
    return datetime.combine(within + timedelta(days=later), time(), UTC)
