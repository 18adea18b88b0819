"""Rules M3 and P1 under concurrency: what has changed until the lock is there is rated again."""

import asyncio

from app.bootstrap import Perseat
from app.services import accounts, cancellations, plan_changes
from app.services.ingestion import Disposition
from tests.make import TESTER, Company, at, make_company, money, query, sms

WAITING = """SELECT count(*) FROM pg_locks blocked WHERE NOT blocked.granted
    AND blocked.pid <> pg_backend_pid()"""


async def until_somebody_waits(company: Company) -> None:
    async with asyncio.timeout(60):
        while (await query(company.app, WAITING))[0][0] == 0:
            continue


async def test_an_upgrade_that_comes_between_counts(own_app: Perseat) -> None:
    """M3, L7: staged by the old plan's rates, posted by those of the new one."""
    company = await make_company(own_app, "ipro", on="2025-11-10", may_go_negative=True)
    await company.convert()
    event = sms(1_000, happened_at=at("2025-11-10"))

    async with company.begin() as uow:
        wish = plan_changes.PlanWish("upro", None)
        await plan_changes.change_plan(uow, company.id, wish, actor=TESTER)
        reporting = asyncio.create_task(company.record(event))
        await until_somebody_waits(company)
    batch = await reporting

    assert [money(each.rated.amount) for each in batch.results if each.rated] == ["15.00"]
    assert await company.balance() == "-15.00"


async def test_the_end_of_an_account_that_comes_between_counts(own_app: Perseat) -> None:
    """P1: what happened at the instant of the closing, or later, is no longer its own."""
    company = await make_company(own_app, on="2025-11-10")
    events = [sms(happened_at=at("2025-11-10", each)) for each in ("11:59", "12:00")]

    async with company.begin() as uow:
        await cancellations.cancel_subscription(uow, company.id, actor=TESTER)
        reporting = asyncio.create_task(company.record(*events))
        await until_somebody_waits(company)
    batch = await reporting

    said = [each.disposition for each in batch.results]
    assert said == [Disposition.RECORDED, Disposition.INVALID]


async def test_a_clock_that_is_advanced_meanwhile_decides_the_month(own_app: Perseat) -> None:
    """M7: posted by the time under the lock, never before a cut-off that was billed."""
    company = await make_company(own_app, on="2025-11-30", may_go_negative=True)
    await company.convert()

    async with company.begin() as uow:
        await accounts.advance_test_clock(uow, company.id, at("2025-12-01"))
        reporting = asyncio.create_task(company.record(sms(happened_at=at("2025-11-30"))))
        await until_somebody_waits(company)
    await reporting

    sql = "SELECT DISTINCT posted_at FROM usage_events WHERE account_id = :id"
    assert [row[0] for row in await query(own_app, sql, id=company.id)] == [at("2025-12-01")]
