"""The catalogue: small, so it is read whole."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select as sql_select
from sqlalchemy import text
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.base import metadata
from app.db.rows import fetch
from app.domain import plans
from app.domain.plans import Component, Term
from app.models import AccountPrice, Plan, Price


async def get(session: AsyncSession, plan_id: str) -> Plan | None:
    return (await session.exec(select(Plan).where(col(Plan.id) == plan_id))).first()


async def every(session: AsyncSession) -> list[Plan]:
    return list((await session.exec(select(Plan).order_by(col(Plan.id)))).all())


async def price_rows(session: AsyncSession) -> list[Price]:
    order = (col(Price.plan_id), col(Price.component), col(Price.term), col(Price.effective))
    return list((await session.exec(select(Price).order_by(*order))).all())


_PRICES = sql_select(metadata.tables["prices"])
"""Without the rows' objects: each chunk of a billing run reads the list."""


async def price_list(session: AsyncSession) -> plans.PriceBook:
    """P2: what everybody pays who has negotiated nothing."""
    return plans.PriceBook(
        [
            plans.Price(
                row.plan_id,
                row.component,
                row.term,
                row.effective.lower or date.min,
                row.effective.upper,
                row.amount,
            )
            for row in await fetch(session, _PRICES)
        ]
    )


async def price_books(
    session: AsyncSession, account_ids: Sequence[UUID]
) -> dict[UUID, plans.PriceBook]:
    """P2: for each account its own prices over the list."""
    listed = await price_list(session)
    query = select(AccountPrice).where(col(AccountPrice.account_id).in_(account_ids))
    order = (col(AccountPrice.effective_on), col(AccountPrice.id))
    own: dict[UUID, list[plans.Agreed]] = {}
    for row in (await session.exec(query.order_by(*order))).all():
        agreed = plans.Agreed(row.plan_id, row.component, row.term, row.effective_on, row.amount)
        own.setdefault(row.account_id, []).append(agreed)
    return {each: listed.negotiated(own.get(each, ())) for each in account_ids}


async def price_book(session: AsyncSession, account_id: UUID) -> plans.PriceBook:
    return (await price_books(session, [account_id]))[account_id]


def _of(plan_id: str, component: Component, term: Term) -> tuple[Any, ...]:
    return (
        col(Price.plan_id) == plan_id,
        col(Price.component) == component,
        col(Price.term) == term,
    )


async def lock_prices(
    session: AsyncSession, plan_id: str, component: Component, term: Term
) -> None:
    """Of two who change the same price the second one sees what the first one did."""
    connection = await session.connection()
    key = f"{plan_id} {component} {term}"
    await connection.execute(_LOCK, {"key": key})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def replace_price(
    session: AsyncSession, plan_id: str, component: Component, term: Term, day: date, amount: int
) -> UUID | None:
    """Another amount for a price that begins on this day, if there is one; its id."""
    begins = func.lower(Price.effective) == day
    query = update(Price).where(*_of(plan_id, component, term), begins).values(amount=amount)
    return (await session.exec(query.returning(col(Price.id)))).scalar()


async def end_price(
    session: AsyncSession, plan_id: str, component: Component, term: Term, day: date
) -> date | None:
    """The price of this day ends with the day before; when the next one begins, if any does."""
    of, lower = _of(plan_id, component, term), func.lower(Price.effective)
    later = select(func.min(lower)).where(*of, lower > day)
    until: date | None = (await session.exec(later)).one()
    contains = col(Price.effective).contains(day)
    shorter = func.daterange(lower, day)
    await session.exec(update(Price).where(*of, contains).values(effective=shorter))
    return until


async def price_from(
    session: AsyncSession, plan_id: str, component: Component, term: Term, day: date
) -> Price:
    query = select(Price).where(*_of(plan_id, component, term), func.lower(Price.effective) == day)
    return (await session.exec(query.execution_options(populate_existing=True))).one()
