"""What was compared with the provider, what that has named, and the payments that it is about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.reconciliation import ADOPTABLE
from app.models import Payment, Reconciliation

_DONE = text("""
    SELECT until FROM reconciliations WHERE provider = :provider AND automatic
    ORDER BY since DESC LIMIT 1
""")
_FIRST = text("SELECT min(sent_at) FROM payments WHERE provider = :provider")


async def done_until(session: AsyncSession, provider: str) -> datetime | None:
    """The end of the newest day that was compared without being asked for."""
    connection = await session.connection()
    found: datetime | None = (await connection.execute(_DONE, {"provider": provider})).scalar()
    return found


_LAST = text("""
    SELECT since, until, asked_account, asked_payment FROM reconciliations
    WHERE provider = :provider AND automatic ORDER BY since DESC LIMIT 1
""")


async def last_automatic(session: AsyncSession, provider: str) -> Any | None:
    connection = await session.connection()
    return (await connection.execute(_LAST, {"provider": provider})).first()


_LAST_OF = text("""
    SELECT since, until FROM reconciliations
    WHERE provider = :provider AND actor = :actor AND NOT automatic
    ORDER BY until DESC, since LIMIT 1
""")


async def last_of(session: AsyncSession, provider: str, actor: str) -> Any | None:
    """How far somebody has compared, beside the days that follow each other; of two at once the
    slower one leads nobody back."""
    connection = await session.connection()
    return (await connection.execute(_LAST_OF, {"provider": provider, "actor": actor})).first()


_BEGAN = text("SELECT min(since) FROM reconciliations WHERE provider = :provider AND automatic")


async def began(session: AsyncSession, provider: str) -> datetime | None:
    """With which day all began."""
    connection = await session.connection()
    found: datetime | None = (await connection.execute(_BEGAN, {"provider": provider})).scalar()
    return found


async def first_sent(session: AsyncSession, provider: str) -> datetime | None:
    connection = await session.connection()
    found: datetime | None = (await connection.execute(_FIRST, {"provider": provider})).scalar()
    return found


_KEEP = text("""
    INSERT INTO reconciliations (id, provider, since, until, automatic, charges, confirmed,
        differences, asked_account, asked_payment, actor, created_at)
    VALUES (:id, :provider, :since, :until, :automatic, :charges, :confirmed,
        CAST(:differences AS jsonb), :asked_account, :asked_payment, :actor, :created_at)
    ON CONFLICT (provider, since) WHERE automatic DO NOTHING
""")


async def keep(session: AsyncSession, row: Reconciliation) -> None:
    """Of two at once about the same day the first is kept."""
    connection = await session.connection()
    values = row.model_dump() | {"differences": orjson.dumps(row.differences).decode()}
    await connection.execute(_KEEP, values)


_NAMED = text("""
    SELECT difference FROM reconciliations r, jsonb_array_elements(r.differences) AS difference
    WHERE r.provider = :provider AND difference ->> 'reference' = :reference
      AND difference ->> 'kind' = ANY(:kinds)
    ORDER BY r.created_at DESC LIMIT 1
""")


async def named(session: AsyncSession, provider: str, reference: str) -> dict[str, Any] | None:
    """The newest difference that names a charge which can be adopted."""
    connection = await session.connection()
    values = {"provider": provider, "reference": reference, "kinds": sorted(ADOPTABLE)}
    found: dict[str, Any] | None = (await connection.execute(_NAMED, values)).scalar()
    return found


_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('charge ' || :charge, 0))")


async def adopt_alone(session: AsyncSession, provider: str, reference: str) -> None:
    """Of two who say that one charge is of different accounts the second sees the first."""
    connection = await session.connection()
    await connection.execute(_ALONE, {"charge": f"{provider} {reference}"})


async def payments_of(
    session: AsyncSession, account_id: UUID, provider: str, reference: str, key: UUID | None
) -> Sequence[Payment]:
    """All payments that a charge may be of."""
    query = select(Payment).where(
        col(Payment.account_id) == account_id,
        col(Payment.provider) == provider,
        or_(col(Payment.reference) == reference, col(Payment.id) == key),
    )
    return (await session.exec(query.order_by(col(Payment.id)))).all()
