"""Events as they become visible. Neither ids nor times say in which order transactions commit; what
a snapshot of PostgreSQL has not seen, the next one shows, whenever it was begun."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch


@dataclass(frozen=True, slots=True)
class Seen:
    """A snapshot: before `xmin` nothing is to come, and nothing has reached `xmax`."""

    text: str

    @property
    def xmin(self) -> int:
        return int(self.text.split(":")[0])

    @property
    def xmax(self) -> int:
        return int(self.text.split(":")[1])


@dataclass(frozen=True, slots=True)
class Happened:
    account_id: UUID
    id: UUID
    kind: str
    at: datetime
    data: dict[str, Any]
    xid: int


_SINCE = text("""
    WITH present AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
    seen AS MATERIALIZED (
        SELECT coalesce(CAST(CAST(:seen AS text) AS pg_snapshot), snapshot) AS snapshot
        FROM present)
    SELECT CAST(present.snapshot AS text), e.account_id, e.id, e.kind, e.at, e.data, e.xid
    FROM present CROSS JOIN seen LEFT JOIN events e
      ON e.account_id = ANY(CAST(:accounts AS uuid[])) AND e.kind = ANY(CAST(:kinds AS text[]))
     AND e.xid >= pg_snapshot_xmin(seen.snapshot)::text::bigint
     AND e.xid < pg_snapshot_xmax(present.snapshot)::text::bigint
     AND NOT pg_visible_in_snapshot(e.xid::text::xid8, seen.snapshot)
    ORDER BY e.xid, e.id
""")


async def since(
    session: AsyncSession, seen: Seen | None, accounts: Collection[UUID], kinds: Collection[str]
) -> tuple[Seen, list[Happened]]:
    """What this snapshot shows of these accounts and the one before did not; it is the last one of
    now on. Without one before, nothing."""
    connection = await session.connection()
    values = {"seen": seen and seen.text, "accounts": list(accounts), "kinds": list(kinds)}
    rows = (await connection.execute(_SINCE, values)).all()
    return Seen(rows[0][0]), [Happened(*row[1:]) for row in rows if row[1] is not None]


_AGAIN = text("""
    SELECT DISTINCT ON (kind, data->>'invoiceId', data->>'paymentId', data->>'billingRunId')
        account_id, id, kind, at, data, xid
    FROM events
    WHERE account_id = :account_id AND kind = ANY(CAST(:kinds AS text[])) AND xid >= :frontier
    ORDER BY kind, data->>'invoiceId', data->>'paymentId', data->>'billingRunId',
        xid DESC, id DESC
    LIMIT :most
""")


async def again(
    session: AsyncSession, account_id: UUID, kinds: Collection[str], frontier: int, *, most: int
) -> list[Happened]:
    """The newest of each kind about each thing, of transactions from this one on, oldest first."""
    values = {"account_id": account_id, "kinds": list(kinds), "frontier": frontier, "most": most}
    rows = [Happened(*row) for row in await fetch(session, _AGAIN, values)]
    return sorted(rows, key=lambda each: (each.xid, each.id))
