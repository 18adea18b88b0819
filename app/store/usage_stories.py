"""What became of usage events: corrections, debits, invoices; for many of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.deferrals import DeferralKind
from app.domain.usage_events import Settled
from app.domain.usage_spans import NOTHING

_ONE = text("""
    SELECT a.currency, a.billing_timezone, e.*
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS w (account_id, id)
    JOIN accounts a ON a.id = w.account_id
    JOIN usage_events e ON e.account_id = w.account_id AND e.id = w.id
""")
_CORRECTIONS = text("""
    SELECT a.currency, a.billing_timezone, e.*
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[])) AS w (account_id, id)
    JOIN accounts a ON a.id = w.account_id
    JOIN usage_events e ON e.account_id = w.account_id AND e.adjusts = w.id
    ORDER BY e.posted_at, e.id
""")
Key: TypeAlias = tuple[UUID, UUID]


def _keys(keys: Sequence[Key]) -> dict[str, list[UUID]]:
    return {"accounts": [each for each, _ in keys], "ids": [each for _, each in keys]}


async def by_ids(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, list[Any]]:
    rows = await fetch(session, _ONE, _keys(keys))
    return {(row.account_id, row.id): [row] for row in rows}


async def corrections(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, list[Any]]:
    """The events that adjust these, oldest first."""
    found: dict[Key, list[Any]] = defaultdict(list)
    for row in await fetch(session, _CORRECTIONS, _keys(keys)):
        found[row.account_id, row.adjusts].append(row)
    return found


_ASKED = text("""
    SELECT c.account_id, c.posted_at, c.invoice_id,
        CASE WHEN i.created_at IS DISTINCT FROM c.posted_at THEN coalesce(c.replaces, c.id) END
            AS last
    FROM charges c JOIN invoices i ON i.account_id = c.account_id
        AND i.id = coalesce((SELECT f.invoice_id FROM charges f
            WHERE f.account_id = c.account_id AND f.id = c.replaces), c.invoice_id)
    WHERE c.account_id = ANY(:ids) AND c.rule IN ('M7', 'M8') AND NOT c.replaced
      AND c.invoice_id IS NOT NULL ORDER BY c.posted_at, c.id
""")


async def invoices(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> dict[UUID, list[Settled[UUID]]]:
    """M7, M8: when usage was settled, and the invoice that asks for it."""
    found: dict[UUID, list[Settled[UUID]]] = defaultdict(list)
    for row in await fetch(session, _ASKED, {"ids": account_ids}):
        settled = Settled(row.posted_at, row.last or NOTHING, row.invoice_id)
        found[row.account_id].append(settled)
    return found


_LATER = text("""
    SELECT d.kind AS deferral, d.day, t.*
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:kinds AS text[]), CAST(:days AS date[]))
        AS w (account_id, kind, day)
    JOIN usage_deferrals d ON d.account_id = w.account_id AND d.kind = w.kind AND d.day = w.day
    JOIN ledger_transfers t ON t.account_id = d.account_id AND t.reference = d.id
        AND t.kind IN ('CARRIER_FEES', 'INTERNATIONAL_USAGE')
""")
Deferred: TypeAlias = tuple[UUID, DeferralKind, date]


async def later_debits(session: AsyncSession, keys: Sequence[Deferred]) -> dict[Deferred, Any]:
    """M2: what moved the fees, or the usage abroad, that were recorded on a local day."""
    accounts, kinds, days = (list(each) for each in zip(*keys, strict=True))
    values = {"accounts": accounts, "kinds": kinds, "days": days}
    rows = await fetch(session, _LATER, values)
    return {(row.account_id, DeferralKind(row.deferral), row.day): row for row in rows}
