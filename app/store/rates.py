"""Rates: the cards of plans, carriers' fees, and what accounts have negotiated."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import metadata
from app.domain.rates import ALWAYS, AgreedRate, Cells, Rate
from app.domain.usage import Cell, Direction, UsageKind

_RATES, _FEES = metadata.tables["rates"], metadata.tables["carrier_fees"]
_OWN = metadata.tables["account_rates"]
"""Without the rows' objects: each batch of usage reads them."""


async def _rows(session: AsyncSession, query: Any, **values: Any) -> Any:
    return (await (await session.connection()).execute(query, values)).all()


async def rate_cards(
    session: AsyncSession, plan_ids: Collection[str]
) -> dict[str, dict[Cell, list[Rate]]]:
    """One card for each plan, to be shared by all of its accounts."""
    cards: dict[str, dict[Cell, list[Rate]]] = {each: {} for each in plan_ids}
    for row in await _rows(session, select(_RATES).where(_RATES.c.plan_id.in_(plan_ids))):
        cell = (row.kind, row.direction, row.line_type, row.initiator)
        rate = Rate(row.effective.lower or ALWAYS, row.effective.upper, row.amount, row.included)
        cards[row.plan_id].setdefault(cell, []).append(rate)
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
    query = select(_OWN).where(own.account_id.in_(account_ids))
    found: dict[UUID, list[AgreedRate]] = defaultdict(list)
    for row in await _rows(session, query.order_by(own.effective_at, own.id)):
        cells = Cells(row.kind, row.direction, row.line_type, row.initiator)
        agreed = AgreedRate(row.plan_id, cells, row.effective_at, row.amount, row.included)
        found[row.account_id].append(agreed)
    return found
