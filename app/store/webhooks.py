"""Endpoints of webhooks, and their deliveries: claimed with a lease, concluded with its fence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import is_one_of
from app.domain.webhooks import IN_LINE, LOGGED, EndpointStatus
from app.models import WebhookDelivery, WebhookEndpoint


async def endpoint(
    session: AsyncSession, account_id: UUID, endpoint_id: UUID, *, lock: bool = False
) -> WebhookEndpoint | None:
    """One that is not deleted. Locked so that whoever tells something need not wait."""
    query = select(WebhookEndpoint).where(
        col(WebhookEndpoint.account_id) == account_id,
        col(WebhookEndpoint.id) == endpoint_id,
        col(WebhookEndpoint.status) != EndpointStatus.DELETED,
    )
    return (await session.exec(query.with_for_update(key_share=True) if lock else query)).first()


async def count(session: AsyncSession, account_id: UUID) -> int:
    query = select(func.count()).where(
        col(WebhookEndpoint.account_id) == account_id,
        col(WebhookEndpoint.status) != EndpointStatus.DELETED,
    )
    return (await session.exec(query)).one()


_CLAIM = text("""
    UPDATE webhook_endpoints SET lease_until = :until, fence = fence + 1
    WHERE account_id = :account_id AND id = :id AND status = 'ENABLED'
      AND (lease_until IS NULL OR lease_until <= :now)
      AND (rest_until IS NULL OR rest_until <= :now)
    RETURNING fence
""")


async def claim(
    session: AsyncSession, account_id: UUID, endpoint_id: UUID, *, now: datetime, until: datetime
) -> int | None:
    """The fence of the lease; None if another has it, or nothing goes there now."""
    connection = await session.connection()
    values = {"account_id": account_id, "id": endpoint_id, "now": now, "until": until}
    fence: int | None = (await connection.execute(_CLAIM, values)).scalar()
    return fence


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be sent next, by whoever holds the lease."""

    account_id: UUID
    endpoint_id: UUID
    fence: int
    delivery_id: UUID
    event_id: UUID
    body: str
    attempts: int
    since: datetime
    url: str
    secret_version: int
    old_secret_until: datetime | None


_WAITS = """webhook_deliveries d
    WHERE d.account_id = e.account_id AND d.endpoint_id = e.id AND d.status = 'PENDING'"""
_NEXT = text(f"""
    SELECT e.account_id, e.id, e.fence, d.id, d.event_id, d.body, d.attempts,
        greatest(d.created_at, e.enabled_at), e.url, e.secret_version, e.old_secret_until
    FROM webhook_endpoints e CROSS JOIN LATERAL (
        (SELECT d.* FROM {_WAITS} AND d.attempts < {IN_LINE} ORDER BY d.id LIMIT 1)
        UNION ALL
        (SELECT d.* FROM {_WAITS} AND d.attempts >= {IN_LINE} AND d.next_attempt_at <= :now
        ORDER BY d.id LIMIT 1)) d
    WHERE e.account_id = :account_id AND e.id = :id AND e.fence = :fence AND e.status = 'ENABLED'
      AND d.next_attempt_at <= :now
    ORDER BY d.id LIMIT 1
""")  # noqa: S608 - the fragments are ours


async def next_turn(
    session: AsyncSession, account_id: UUID, endpoint_id: UUID, fence: int, now: datetime
) -> Turn | None:
    """The first in line, if its time has come, or one that has stepped aside."""
    connection = await session.connection()
    values = {"account_id": account_id, "id": endpoint_id, "fence": fence, "now": now}
    row = (await connection.execute(_NEXT, values)).first()
    return None if row is None else Turn(*row)


_CONCLUDE = text("""
    WITH tried AS (
        UPDATE webhook_deliveries SET status = :status, attempts = attempts + 1,
            next_attempt_at = :next, attempted_at = :now, response_status = :answered,
            response = :response, error = :error, duration_ms = :took
        WHERE account_id = :account_id AND id = :delivery_id AND status = 'PENDING'
        RETURNING *
    )
    INSERT INTO webhook_attempts (account_id, id, endpoint_id, delivery_id, at, response_status,
        response, error, duration_ms, next_attempt_at)
    SELECT account_id, uuidv7(), endpoint_id, id, attempted_at, response_status,
        left(response, :logged), error, duration_ms, next_attempt_at
    FROM tried WHERE account_id = :account_id
""")


async def conclude(session: AsyncSession, turn: Turn, values: dict[str, Any]) -> None:
    """The delivery as it is now, and a row more in the log of its attempts."""
    connection = await session.connection()
    known = {
        "account_id": turn.account_id,
        "delivery_id": turn.delivery_id,
        "logged": LOGGED,
    }
    await connection.execute(_CONCLUDE, {**known, **values})


_RELEASE = text("""
    UPDATE webhook_endpoints SET lease_until = :now
    WHERE account_id = :account_id AND id = :id AND fence = :fence
""")


async def release(
    session: AsyncSession, account_id: UUID, endpoint_id: UUID, fence: int, now: datetime
) -> None:
    connection = await session.connection()
    values = {"account_id": account_id, "id": endpoint_id, "fence": fence, "now": now}
    await connection.execute(_RELEASE, values)


async def held(session: AsyncSession, turn: Turn) -> WebhookEndpoint | None:
    """The endpoint, locked, if the lease is still ours (W3)."""
    query = select(WebhookEndpoint).where(
        col(WebhookEndpoint.account_id) == turn.account_id,
        col(WebhookEndpoint.id) == turn.endpoint_id,
        col(WebhookEndpoint.fence) == turn.fence,
    )
    return (await session.exec(query.with_for_update(key_share=True))).first()


_DUE_ENDPOINTS = text(f"""
    SELECT e.account_id, e.id FROM webhook_endpoints e
    WHERE e.status = 'ENABLED' AND (e.lease_until IS NULL OR e.lease_until <= :now)
      AND (e.rest_until IS NULL OR e.rest_until <= :now)
      AND EXISTS (SELECT FROM {_WAITS} AND d.next_attempt_at <= :now)
    ORDER BY e.lease_until NULLS FIRST, e.id LIMIT :count
""")  # noqa: S608


async def due(session: AsyncSession, *, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Endpoints that could be served and are not; those first whose last turn is longest ago, so
    that each has its turn however many there are."""
    connection = await session.connection()
    rows = await connection.execute(_DUE_ENDPOINTS, {"now": now, "count": limit})
    return [(row[0], row[1]) for row in rows]


_WAITING = text("""
    SELECT count(*) FROM (SELECT FROM webhook_deliveries
        WHERE account_id = :account_id AND endpoint_id = :id AND status = 'PENDING' LIMIT :most) d
""")
_RETRY = text("""
    UPDATE webhook_deliveries SET next_attempt_at = :now
    WHERE account_id = :account_id AND endpoint_id = :id AND status = 'PENDING'
      AND next_attempt_at > :now
""")


async def waiting(session: AsyncSession, at: WebhookEndpoint, *, most: int) -> int:
    """How many wait for an endpoint; nobody counts further than `most`."""
    connection = await session.connection()
    values = {"account_id": at.account_id, "id": at.id, "most": most}
    return int((await connection.execute(_WAITING, values)).scalar_one())


async def retry(session: AsyncSession, at: WebhookEndpoint, now: datetime) -> None:
    """What waits for another attempt is due."""
    connection = await session.connection()
    await connection.execute(_RETRY, {"account_id": at.account_id, "id": at.id, "now": now})


_DELIVER = text("""
    INSERT INTO webhook_deliveries (account_id, id, endpoint_id, event_id, body, status, attempts,
        created_at, next_attempt_at)
    SELECT :account_id, uuidv7(), :endpoint_id, event.id, event.body, 'PENDING', 0, :now, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:bodies AS text[])) WITH ORDINALITY
        AS event (id, body, number)
    ORDER BY event.number
    RETURNING id
""")


async def deliver(
    session: AsyncSession, at: WebhookEndpoint, bodies: Sequence[tuple[UUID, str]], now: datetime
) -> list[UUID]:
    """Put these events behind all that waits for the endpoint."""
    connection = await session.connection()
    values = {"account_id": at.account_id, "endpoint_id": at.id, "now": now}
    values |= {"ids": [each[0] for each in bodies], "bodies": [each[1] for each in bodies]}
    return list((await connection.execute(_DELIVER, values)).scalars())


async def deliveries(
    session: AsyncSession, account_id: UUID, ids: Sequence[UUID]
) -> list[WebhookDelivery]:
    query = select(WebhookDelivery).where(
        col(WebhookDelivery.account_id) == account_id, is_one_of(WebhookDelivery.id, ids)
    )
    return list((await session.exec(query.order_by(col(WebhookDelivery.id)))).all())
