"""What happened, told in the transaction of its cause; whoever wants to hear of it gets a delivery
in the same transaction, so that neither is ever there without the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import Table
from app.db.types import identity, instant, json
from app.db.types import text as words
from app.domain.events import EventKind
from app.domain.ids import encode


class Event(Table, table=True):
    """`at` is the machine's time, not the account's: it orders what happened for who listens.

    What is of no account stands with the platform, which is no row of accounts. `xid`: the
    transaction that wrote it, by which it is known who has seen it (`app.store.live`).
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_at", "at", "id"),
        Index("ix_events_kind", "account_id", "kind", "id"),
        Index("ix_events_xid", "account_id", "xid"),
    )

    account_id: UUID = Field(primary_key=True)
    id: UUID = identity()
    kind: str = words()
    at: datetime = instant()
    data: dict[str, Any] = json()
    xid: int | None = Field(
        default=None,
        sa_type=BigInteger,
        nullable=False,
        sa_column_kwargs={"server_default": text("pg_current_xact_id()::text::bigint")},
    )


@dataclass(frozen=True, slots=True)
class News:
    """An event that is about to be written."""

    account_id: UUID
    id: UUID
    kind: EventKind
    at: datetime
    data: dict[str, Any]


def body_of(event: News | Event) -> str:
    """A webhook's body. What is signed and sent are these bytes, as they are stored."""
    told = {
        "id": encode("event", event.account_id, event.id),
        "type": str(event.kind),
        "timestamp": event.at,
        "account": encode("account", event.account_id),
        "data": event.data,
    }
    return orjson.dumps(told, option=orjson.OPT_UTC_Z).decode()


_TELL = text("""
    INSERT INTO events (account_id, id, kind, at, data)
    SELECT account_id, id, kind, at, CAST(data AS jsonb)
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[]), CAST(:kinds AS text[]),
        CAST(:times AS timestamptz[]), CAST(:data AS text[]))
        AS told (account_id, id, kind, at, data)
""")
_FAN_OUT = text("""
    INSERT INTO webhook_deliveries (account_id, id, endpoint_id, event_id, body, status, attempts,
        created_at, next_attempt_at)
    SELECT e.account_id, uuidv7(), e.id, told.id, told.body, 'PENDING', 0, told.at, told.at
    FROM unnest(CAST(:accounts AS uuid[]), CAST(:ids AS uuid[]), CAST(:kinds AS text[]),
        CAST(:times AS timestamptz[]), CAST(:bodies AS text[]))
        WITH ORDINALITY AS told (account_id, id, kind, at, body, number)
    JOIN webhook_endpoints e ON e.account_id = told.account_id AND e.status = 'ENABLED'
      AND (e.kinds = '{}' OR told.kind = ANY(e.kinds))
      AND told.kind <> ALL(ARRAY['webhook.test', 'session.ended'])
    ORDER BY told.number
    RETURNING account_id, endpoint_id
""")


async def write(session: AsyncSession, news: Sequence[News]) -> set[tuple[UUID, UUID]]:
    """Two statements for any number. The endpoints that have something to get, by account."""
    connection = await session.connection()
    columns: dict[str, Any] = {
        "accounts": [each.account_id for each in news],
        "ids": [each.id for each in news],
        "kinds": [str(each.kind) for each in news],
        "times": [each.at for each in news],
    }
    data = [orjson.dumps(each.data).decode() for each in news]
    await connection.execute(_TELL, {**columns, "data": data})
    bodies = [body_of(each) for each in news]
    rows = await connection.execute(_FAN_OUT, {**columns, "bodies": bodies})
    return {(row[0], row[1]) for row in rows}
