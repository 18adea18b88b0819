"""What the invoices to come of a few accounts are made of, in one statement.

A page waits for each statement, and there are ten reads; a billing run makes them for hundreds of
accounts at once, where each is better off alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain import plans
from app.store import positions
from app.store.positions import CutOffs, Found

_PRICES = "SELECT plan_id, component, term, lower(effective), upper(effective), amount FROM prices"
_OWN = """SELECT account_id, plan_id, component, term, effective_on, amount FROM account_prices
    WHERE account_id = ANY(:all_ids) ORDER BY effective_on, id"""
_MINIMUMS = """SELECT account_id, effective_on, minimum FROM minimum_licenses
    WHERE account_id = ANY(:all_ids) ORDER BY effective_on, id"""
_PARTS = {**positions.PARTS, "prices": _PRICES, "own": _OWN, "minimums": _MINIMUMS}
_COLUMN = "(SELECT array_agg(part) FROM (%s) AS part) AS %s"
_ALL = text("SELECT " + ", ".join(_COLUMN % (sql, name) for name, sql in _PARTS.items()))


@dataclass(frozen=True, slots=True)
class Outlooks:
    """Of each account: what is known at its cut-off, if it has one, its prices, and its floors."""

    found: Found
    books: dict[UUID, plans.PriceBook]
    minimums: dict[UUID, list[tuple[date, int]]]


async def read(session: AsyncSession, account_ids: Sequence[UUID], cut_offs: CutOffs) -> Outlooks:
    """`cut_offs` are of those accounts that have one."""
    values = {**positions.values_of(cut_offs), "all_ids": list(account_ids)}
    connection = await session.connection()
    row = (await connection.execute(_ALL, values)).one()
    parts = {name: getattr(row, name) or () for name in _PARTS}
    minimums: dict[UUID, list[tuple[date, int]]] = {each: [] for each in account_ids}
    for account_id, since, floor in parts["minimums"]:
        minimums[account_id].append((since, floor))
    return Outlooks(Found.of(parts), _books(account_ids, parts), minimums)


def _books(account_ids: Sequence[UUID], parts: dict[str, Any]) -> dict[UUID, plans.PriceBook]:
    """P2: for each account its own prices over the list."""
    listed = plans.PriceBook(
        plans.Price(plan, component, term, since or date.min, until, amount)
        for plan, component, term, since, until, amount in parts["prices"]
    )
    own: dict[UUID, list[plans.Agreed]] = defaultdict(list)
    for account_id, *agreed in parts["own"]:
        own[account_id].append(plans.Agreed(*agreed))
    return {each: listed.negotiated(own.get(each, ())) for each in account_ids}
