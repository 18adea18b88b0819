"""The catalogue: small, so it is read whole."""

from datetime import UTC, date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain import plans
from app.domain.usage import Cell, RateCard
from app.domain.usage import Rate as CardRate
from app.models import Plan, Price, Rate

_ALWAYS = datetime.min.replace(tzinfo=UTC)


async def get(session: AsyncSession, plan_id: str) -> Plan | None:
    return (await session.exec(select(Plan).where(col(Plan.id) == plan_id))).first()


async def every(session: AsyncSession) -> list[Plan]:
    return list((await session.exec(select(Plan).order_by(col(Plan.id)))).all())


async def price_rows(session: AsyncSession) -> list[Price]:
    order = (col(Price.plan_id), col(Price.component), col(Price.term), col(Price.effective))
    return list((await session.exec(select(Price).order_by(*order))).all())


async def price_book(session: AsyncSession) -> plans.PriceBook:
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
            for row in await price_rows(session)
        ]
    )


async def rate_card(session: AsyncSession, plan_id: str) -> RateCard:
    card: dict[Cell, list[CardRate]] = {}
    for row in (await session.exec(select(Rate).where(col(Rate.plan_id) == plan_id))).all():
        cell = (row.kind, row.direction, row.line_type, row.initiator)
        rate = CardRate(row.effective.lower or _ALWAYS, row.effective.upper, row.amount)
        card.setdefault(cell, []).append(rate)
    return card
