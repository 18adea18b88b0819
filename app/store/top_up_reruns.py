"""Operators' orders to decide again about top-ups: of which accounts, and once per key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.top_up_decisions import TopUpOutcome
from app.models import TopUpRerun


@dataclass(frozen=True, slots=True)
class Chosen:
    """Accounts of these ids (None: any) whose newest decision is one of these outcomes (None: any,
    or none yet), from `since` on and before `until`; those after `after` in the order of ids."""

    account_ids: Collection[UUID] | None = None
    outcomes: Collection[TopUpOutcome] | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: UUID | None = None


_CHOSEN = text("""
    SELECT a.id FROM accounts a
    LEFT JOIN LATERAL (
        SELECT outcome, last_at FROM top_up_decisions d
        WHERE d.account_id = a.id ORDER BY number DESC LIMIT 1
    ) AS last ON true
    WHERE (CAST(:ids AS uuid[]) IS NULL OR a.id = ANY(:ids))
      AND (CAST(:outcomes AS text[]) IS NULL OR last.outcome = ANY(:outcomes))
      AND (CAST(:since AS timestamptz) IS NULL OR last.last_at >= :since)
      AND (CAST(:until AS timestamptz) IS NULL OR last.last_at < :until)
      AND (CAST(:after AS uuid) IS NULL OR a.id > :after)
    ORDER BY a.id LIMIT :count
""")


async def chosen(session: AsyncSession, wish: Chosen, *, count: int) -> list[UUID]:
    connection = await session.connection()
    values = {
        "ids": None if wish.account_ids is None else list(wish.account_ids),
        "outcomes": None if wish.outcomes is None else sorted(wish.outcomes),
        "since": wish.since,
        "until": wish.until,
        "after": wish.after,
        "count": count,
    }
    return list((await connection.execute(_CHOSEN, values)).scalars())


async def of_key(session: AsyncSession, key: str) -> TopUpRerun | None:
    return (await session.exec(select(TopUpRerun).where(col(TopUpRerun.key) == key))).first()


_KEEP = text("""
    INSERT INTO top_up_reruns (id, key, request, actor, reason, account_ids, more, created_at)
    VALUES (:id, :key, :request, :actor, :reason, CAST(:account_ids AS jsonb), :more, :created_at)
    ON CONFLICT (key) DO NOTHING
""")


async def keep(session: AsyncSession, rerun: TopUpRerun) -> TopUpRerun:
    """The order, or the one that had its key before: of two at once one is kept."""
    connection = await session.connection()
    values = rerun.model_dump() | {"account_ids": orjson.dumps(rerun.account_ids).decode()}
    await connection.execute(_KEEP, values)
    return await of_key(session, rerun.key) or rerun
