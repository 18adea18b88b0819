"""What accounts have for usage, and what is set aside of it; for many accounts in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain.authorizations import Funds
from app.store.licenses import Moment

_FUNDS = text("""
    SELECT wanted.account_id, wanted.at, c.balance, held.amount, pending.amount,
        incoming.amount
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[])) AS wanted (account_id, at)
    JOIN credits c ON c.account_id = wanted.account_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(greatest(h.amount - h.used, 0)), 0)::bigint AS amount
        FROM usage_holds h WHERE h.account_id = wanted.account_id
          AND h.released_at IS NULL AND h.expires_at > wanted.at
    ) AS held
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(d.amount), 0)::bigint AS amount
        FROM usage_deferrals d WHERE d.account_id = wanted.account_id AND d.posted_at IS NULL
    ) AS pending
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(p.amount), 0)::bigint AS amount
        FROM payments p WHERE p.account_id = wanted.account_id
          AND p.purpose <> 'INVOICE' AND p.status IN ('CREATED', 'SENT', 'UNKNOWN')
    ) AS incoming
""")


async def of(session: AsyncSession, moments: Sequence[Moment]) -> dict[Moment, Funds]:
    """At the own time of each account; one statement, so that its parts belong together."""
    ids, instants = (list(column) for column in zip(*moments, strict=True))
    rows = await fetch(session, _FUNDS, {"ids": ids, "instants": instants})
    return {(row[0], row[1]): Funds(*row[2:]) for row in rows}


async def of_account(session: AsyncSession, account_id: UUID, now: datetime) -> Funds:
    moment = (account_id, now)
    return (await of(session, [moment]))[moment]
