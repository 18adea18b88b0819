"""Rates: the cards of plans, carriers' fees, and what accounts have negotiated."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app import models
from app.db.base import metadata
from app.db.types import is_one_of
from app.domain.rates import ALWAYS, AgreedRate, Cells, Listed, Rate
from app.domain.usage import Cell, Direction, UsageKind

_RATES, _FEES, _OWN = (
    metadata.tables[str(each.__tablename__)]
    for each in (models.Rate, models.CarrierFee, models.AccountRate)
)
"""Without the rows' objects: each batch of usage reads them."""
CARRIERS_ASK_IN = "USD"
"""Their fees are facts of one currency; another one's plans come with fees of their own."""


async def _rows(session: AsyncSession, query: Any, **values: Any) -> Any:
    return (await (await session.connection()).execute(query, values)).all()


def _rate(row: Any) -> Rate:
    start, end = row.effective.lower or ALWAYS, row.effective.upper
    return Rate(start, end, row.amount, row.included, row.is_example)


async def rate_cards(
    session: AsyncSession, plan_ids: Collection[str]
) -> dict[str, dict[Cell, list[Rate]]]:
    """One card for each plan, to be shared by all of its accounts."""
    cards: dict[str, dict[Cell, list[Rate]]] = {each: {} for each in plan_ids}
    for row in await _rows(session, select(_RATES).where(_RATES.c.plan_id.in_(plan_ids))):
        cell = (row.kind, row.direction, row.line_type, row.initiator)
        cards[row.plan_id].setdefault(cell, []).append(_rate(row))
    return cards


async def carrier_fees(
    session: AsyncSession,
) -> dict[str, dict[tuple[UsageKind, Direction], list[Rate]]]:
    """By carrier."""
    fees: dict[str, dict[tuple[UsageKind, Direction], list[Rate]]] = defaultdict(dict)
    for row in await _rows(session, select(_FEES)):
        fee = Rate(row.effective.lower or ALWAYS, row.effective.upper, row.amount)
        fees[row.carrier].setdefault((row.kind, row.direction), []).append(fee)
    return fees


async def negotiated(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> dict[UUID, list[AgreedRate]]:
    """By account, in the order of their effect, then of writing."""
    own = _OWN.c
    query = select(_OWN).where(is_one_of(own.account_id, account_ids))
    found: dict[UUID, list[AgreedRate]] = defaultdict(list)
    for row in await _rows(session, query.order_by(own.effective_at, own.id)):
        cells = Cells(row.kind, row.direction, row.line_type, row.initiator)
        agreed = AgreedRate(row.plan_id, cells, row.effective_at, row.amount, row.included)
        found[row.account_id].append(agreed)
    return found


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('rates of ' || :plan_id, 0))")


async def lock_card(session: AsyncSession, plan_id: str) -> None:
    """Of two who change the same card the second one sees what the first one did."""
    await (await session.connection()).execute(_LOCK, {"plan_id": plan_id})


async def card(session: AsyncSession, plan_id: str, *, since: datetime) -> list[Listed]:
    """What is in force at an instant, or will be."""
    query = select(_RATES).where(_RATES.c.plan_id == plan_id)
    upper = func.upper(_RATES.c.effective)
    rows = await _rows(session, query.where(or_(upper.is_(None), upper > since)))
    return [
        Listed(row.id, (row.kind, row.direction, row.line_type, row.initiator), _rate(row))
        for row in rows
    ]


async def replace(session: AsyncSession, ids: Sequence[UUID], said: Mapping[str, Any]) -> None:
    if ids:
        query = update(_RATES).where(_RATES.c.id.in_(ids)).values(said)
        await (await session.connection()).execute(query)


async def end(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> None:
    if ids:
        shorter = func.tstzrange(func.lower(_RATES.c.effective), at)
        query = update(_RATES).where(_RATES.c.id.in_(ids)).values(effective=shorter)
        await (await session.connection()).execute(query)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> list[Any]:
    order = (_RATES.c.kind, _RATES.c.direction, _RATES.c.line_type, _RATES.c.initiator)
    return list(await _rows(session, select(_RATES).where(_RATES.c.id.in_(ids)).order_by(*order)))


async def fees(session: AsyncSession) -> list[Any]:
    order = (_FEES.c.carrier, _FEES.c.kind, _FEES.c.direction, _FEES.c.effective)
    return list(await _rows(session, select(_FEES).order_by(*order)))
