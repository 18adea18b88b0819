"""What the invoices to come of a few accounts are made of, in one statement.

A page waits for each statement, and there are ten reads; a billing run makes them for hundreds of
accounts at once, where each is better off alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.rows import fetch
from app.domain import plans
from app.store import positions
from app.store.positions import CutOffs, Found

_PEOPLE = f"SELECT p.id, unnest(p.days) FROM ({positions.BILLABLE.text}) AS p (id, days)"  # noqa: S608
_PRICES = """SELECT plan_id, component, term, lower(effective), upper(effective), amount FROM prices
    WHERE plan_id IN (SELECT unnest(ARRAY[s.plan_id, s.next_plan_id]) FROM subscriptions s
        WHERE s.account_id = ANY(:all_ids))"""
_OWN = """SELECT account_id, plan_id, component, term, effective_on, amount FROM account_prices
    WHERE account_id = ANY(:all_ids) ORDER BY effective_on, id"""
_MINIMUMS = """SELECT account_id, effective_on, minimum FROM minimum_licenses
    WHERE account_id = ANY(:all_ids) ORDER BY effective_on, id"""
_PARTS = {
    "subscriptions": positions.SUBSCRIPTIONS.text,
    "people": _PEOPLE,
    "held": positions.HELD.text.replace(":days", ":eves"),
    "add_ons": positions.ADD_ONS.text,
    "additions": positions.ADDITIONS.text,
    "unbilled": positions.UNBILLED.text,
    "balances": positions.BALANCES.text,
    "prices": _PRICES,
    "own": _OWN,
    "minimums": _MINIMUMS,
}
_COLUMN = "(SELECT array_agg(part) FROM (%s) AS part) AS %s"
_ALL = text("SELECT " + ", ".join(_COLUMN % (sql, name) for name, sql in _PARTS.items()))


class Terms(NamedTuple):
    """A row of `positions.subscriptions`."""

    account_id: UUID
    plan_id: str
    name: str
    billing_policy: str
    term: str
    priced_on: date | None
    upgrades: int
    next_plan_id: str | None
    next_name: str | None
    next_term: str | None
    ends: bool
    minimum: int
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Outlooks:
    """Of each account: what is known at its cut-off, if it has one, its prices, and its floors."""

    found: Found
    books: dict[UUID, plans.PriceBook]
    minimums: dict[UUID, list[tuple[date, int]]]


async def read(session: AsyncSession, account_ids: Sequence[UUID], cut_offs: CutOffs) -> Outlooks:
    """`cut_offs` are of those accounts that have one."""
    (row,) = await fetch(session, _ALL, _values(account_ids, cut_offs))
    parts = {name: getattr(row, name) or () for name in _PARTS}
    minimums: dict[UUID, list[tuple[date, int]]] = {each: [] for each in account_ids}
    for account_id, since, floor in parts["minimums"]:
        minimums[account_id].append((since, floor))
    return Outlooks(_found(parts), _books(account_ids, parts), minimums)


def _values(account_ids: Sequence[UUID], cut_offs: CutOffs) -> dict[str, Any]:
    return {
        "all_ids": list(account_ids),
        "ids": [id_ for id_, _, _ in cut_offs],
        "instants": [instant for _, instant, _ in cut_offs],
        "days": [day for _, _, day in cut_offs],
        "eves": [day for _, _, day in positions.eves(cut_offs)],
        **positions.STATES,
    }


def _found(parts: Mapping[str, Any]) -> Found:
    people: dict[UUID, list[datetime]] = defaultdict(list)
    for account_id, since in parts["people"]:
        people[account_id].append(since)
    return Found(
        subscriptions={row[0]: Terms(*row) for row in parts["subscriptions"]},
        people=people,
        held=positions.by_component(parts["held"]),
        add_ons=positions.by_component(parts["add_ons"]),
        additions=positions.by_addition(parts["additions"]),
        unbilled=positions.by_account(parts["unbilled"]),
        balances=dict(parts["balances"]),
    )


def _books(account_ids: Sequence[UUID], parts: Mapping[str, Any]) -> dict[UUID, plans.PriceBook]:
    """P2: for each account its own prices over the list."""
    listed = plans.PriceBook(
        plans.Price(plan, component, term, since or date.min, until, amount)
        for plan, component, term, since, until, amount in parts["prices"]
    )
    own: dict[UUID, list[plans.Agreed]] = defaultdict(list)
    for account_id, *agreed in parts["own"]:
        own[account_id].append(plans.Agreed(*agreed))
    return {each: listed.negotiated(own.get(each, ())) for each in account_ids}
