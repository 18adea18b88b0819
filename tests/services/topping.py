"""What tests of automatic top-up ask and do."""

from app.bootstrap import Perseat
from app.domain.top_ups import AutoTopUp
from app.services import auto_top_up, top_ups
from tests.make import Company, drain, make_company, query

ON = AutoTopUp(enabled=True)


async def configure(company: Company, rule: AutoTopUp = ON) -> None:
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, rule)
    await drain(company.app)


async def decide(company: Company) -> top_ups.Decision:
    async with company.begin() as uow:
        return await top_ups.top_up_if_low(uow, company.id)


async def low(
    app: Perseat, *, card: str = "card_ok", on: str = "2025-11-01", **more: str
) -> Company:
    """A trial with a card, at a balance of zero, whose rule was switched on this moment."""
    company = await make_company(app, on=on, **more)  # type: ignore[arg-type]
    await company.use_card(card)
    await drain(app)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, ON)
    return company


async def decisions(company: Company) -> list[tuple[str, str, int]]:
    """What made somebody look first, what was decided, and how often the same was."""
    sql = """SELECT trigger, outcome, (SELECT sum(n::int) FROM jsonb_each_text(triggers) e (k, n))
        FROM top_up_decisions WHERE account_id = :id ORDER BY number"""
    return [(row[0], row[1], row[2]) for row in await query(company.app, sql, id=company.id)]


async def stopped(company: Company) -> tuple[bool, str | None]:
    """Whether automatic top-up is on, and why it is not."""
    sql = "SELECT enabled, stopped_reason FROM credits WHERE account_id = :id"
    return tuple((await query(company.app, sql, id=company.id))[0])
