"""Rule M2: carriers' fees post on the next day, calls and texts abroad when their day ends."""

import asyncio
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import DBAPIError

from app.bootstrap import Perseat
from app.domain.deferrals import DeferralKind
from app.domain.money import UNIT
from app.domain.top_ups import AutoTopUp
from app.domain.usage import Initiator, LineType, UsageEvent
from app.services import auto_top_up, deferrals, top_ups
from app.store import deferrals as store
from tests.make import Company, at, dollars, drain, make_company, money, query, sms
from tests.services.test_runs import run
from workers import tasks

ZONES = ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Africa/Cairo"]


def fee(quantity: int, **more: Any) -> UsageEvent:
    """Texts of an agent, each 0.003 for its carrier and nothing else."""
    return sms(quantity, initiator=Initiator.AGENT, carrier="att", **more)


def abroad(quantity: int, **more: Any) -> UsageEvent:
    """Texts at 0.075."""
    return sms(quantity, line_type=LineType.INTERNATIONAL, **more)


async def sums(company: Company) -> list[tuple[Any, ...]]:
    """Kind, day, amount, events, and whether it is posted."""
    sql = """SELECT kind, day::text, amount, events, posted_at IS NOT NULL FROM usage_deferrals
        WHERE account_id = :id ORDER BY kind, day"""
    rows = await query(company.app, sql, id=company.id)
    return [(kind, day, money(amount), *more) for kind, day, amount, *more in rows]


async def moved(company: Company) -> list[tuple[str, str, str]]:
    """Kind, amount and instant of what credits paid for usage."""
    sql = """SELECT kind, amount, effective_at FROM ledger_transfers
        WHERE account_id = :id AND credit = 'USAGE_REVENUE' AND debit = 'CREDITS'
        ORDER BY effective_at, kind"""
    rows = await query(company.app, sql, id=company.id)
    return [(row[0], money(row[1]), f"{row[2]:%Y-%m-%dT%H:%M:%S.%f}") for row in rows]


async def test_an_included_text_pays_its_carrier_on_the_next_day(app: Perseat) -> None:
    """M2: the text itself costs nothing; two batches of a day are one debit."""
    company = await make_company(app)

    batch = await company.record(fee(10), fee(5))
    await company.record(fee(1))
    today = await company.balance()
    await company.go_to("2025-11-02", "00:01")
    await company.go_to("2025-11-03")

    assert (money(batch.cost), today) == ("0.00", "0.00")
    assert await sums(company) == [("CARRIER_FEE", "2025-11-01", "0.048", 3, True)]
    assert await moved(company) == [("CARRIER_FEES", "0.048", "2025-11-02T00:00:00.000000")]
    assert await company.balance() == "-0.048"


async def test_the_amount_is_debited_at_once_and_its_fee_later(app: Perseat) -> None:
    company = await make_company(app)

    await company.record(sms(100, carrier="rogers"))

    assert await company.balance() == "-1.50"
    assert await sums(company) == [("CARRIER_FEE", "2025-11-01", "0.84", 1, False)]


@pytest.mark.parametrize("zone", ZONES)
async def test_of_the_last_day_abroad_is_this_month_s_and_fees_the_next_one_s(
    app: Perseat, zone: str
) -> None:
    """M2, M7, C1: 30 November is November, wherever the company is and however late the run."""
    noon = datetime.combine(date(2025, 11, 30), time(12), ZoneInfo(zone)).astimezone(UTC)
    company = await make_company(
        app, on=str(noon.date()), time=f"{noon:%H:%M}", billing_timezone=zone
    )
    await company.convert()
    await company.record(abroad(100), fee(1000))

    await company.go_to("2025-12-05")
    await company.go_to("2026-01-05")

    debts = [row[3] for row in await company.charges() if row[0] == "M7"]
    assert debts == ["7.50", "3.00"]
    assert await company.balance() == "0.00"


async def test_a_run_that_is_two_months_late_bills_each_month_its_own(app: Perseat) -> None:
    """C5, M2: nothing was posted in between; the invoices are those of a run in time."""
    invoices = []
    for late in (False, True):
        company = await make_company(app, on="2025-11-30")
        await company.convert()
        for day in ("2025-11-30", "2025-12-15", "2025-12-31"):
            move = company.set_clock if late else company.go_to
            if day != "2025-11-30":
                await move(day)
            await company.record(abroad(100), fee(1000))
        await company.go_to("2026-02-05")
        invoices.append(await company.invoices())

    assert invoices[0] == invoices[1]
    assert list(invoices[0].values()) == ["2.33", "77.50", "91.00", "73.00"]


async def test_what_was_posted_in_time_and_what_waits_make_one_bill(app: Perseat) -> None:
    """M7: the plan of a run is a read; what it has promised is what is posted."""
    posted, waits = [await make_company(app, on="2025-11-28") for _ in range(2)]
    for company in (posted, waits):
        await company.convert()
        await company.record(abroad(100), fee(1000))
        await company.set_clock("2025-12-01", "00:00")
    await deferrals.post_due(app.operators, posted.id)

    await run(app, only=[posted.id, waits.id])

    assert await posted.invoices() == await waits.invoices()
    assert (await waits.invoices())["2025-12-01"] == "80.50"
    assert [await each.balance() for each in (posted, waits)] == ["0.00", "0.00"]
    assert {row[4] for row in await sums(waits)} == {True}


@pytest.mark.parametrize(
    ("zone", "noon", "later", "end"),
    [
        ("America/New_York", "2026-03-08T16:00", "2026-03-10", "2026-03-09T04:00:00"),
        ("America/New_York", "2026-11-01T17:00", "2026-11-03", "2026-11-02T05:00:00"),
        ("Africa/Cairo", "2026-04-23T12:00", "2026-04-25", "2026-04-23T22:00:00"),
        ("Asia/Kathmandu", "2024-02-29T06:00", "2024-03-02", "2024-02-29T18:15:00"),
    ],
)
async def test_a_day_is_as_long_as_it_is_there(
    app: Perseat, zone: str, noon: str, later: str, end: str
) -> None:
    """C1: 23, 25 hours, one that begins at 1 o'clock, and the 29th of February."""
    now = at(*noon.split("T"))
    company = await make_company(
        app, on=str(now.date()), time=f"{now:%H:%M}", billing_timezone=zone
    )
    await company.record(abroad(1, happened_at=now), fee(1, happened_at=now))

    await company.go_to(later)

    instants = [row[2] for row in await moved(company)]
    assert instants[1] == f"{end}.000000"
    assert instants[0][-6:] == "999999"


async def test_at_its_very_instant_a_sum_still_grows(app: Perseat) -> None:
    """M2: a clock that stands at the last microsecond of a day, and an event after the tick."""
    company = await make_company(app, on="2025-11-01", time="23:59:59.999999")
    await company.record(abroad(1))
    await tasks.post_deferrals({"perseat": app, "redis": None})
    await company.record(abroad(1))

    await company.go_to("2025-11-02", "00:00")

    assert await sums(company) == [("INTERNATIONAL", "2025-11-01", "0.15", 2, True)]


async def test_two_who_post_at_once_post_once(app: Perseat) -> None:
    """M2: the tick, a bill and a top-up may meet."""
    company = await make_company(app)
    await company.record(abroad(100), fee(1000))
    await company.set_clock("2025-11-03")

    async def decide() -> None:
        async with app.operators.begin() as uow:
            await top_ups.top_up_if_low(uow, company.id)

    await asyncio.gather(
        deferrals.post_due(app.operators, company.id),
        deferrals.post_due(app.operators, company.id),
        decide(),
    )

    assert await company.balance() == "-10.50"
    assert len(await moved(company)) == 2


async def test_a_low_balance_after_the_fees_is_topped_up(app: Perseat) -> None:
    """M6: the day after the campaign."""
    company = await make_company(app)
    await company.buy("25")
    async with company.begin() as uow:
        rule = AutoTopUp(enabled=True, threshold=10 * UNIT, amount=100 * UNIT)
        await auto_top_up.configure_auto_top_up(uow, company.id, rule)
    await company.record(fee(6_000))
    await drain(app)
    before = await company.top_ups()

    await company.go_to("2025-11-02")

    assert len(before) == 1
    assert await company.balance() == "107.00"


async def test_accounts_with_something_to_post_are_found_by_their_own_clocks(app: Perseat) -> None:
    first, second = [await make_company(app) for _ in range(2)]
    for each in (first, second):
        await each.record(fee(1))
    await second.set_clock("2025-11-03")

    due = await deferrals.due_accounts(app.operators, limit=100_000)

    assert (first.id in due, second.id in due) == (False, True)


async def test_what_waits_is_told(app: Perseat) -> None:
    """M2: by account, soonest first; nothing of what is posted."""
    company, other = [await make_company(app) for _ in range(2)]
    await company.record(abroad(2), fee(1))

    async with app.operators.begin() as uow:
        found = await store.pending(uow.session, [company.id, other.id])

    told = [(p.kind, money(p.amount), p.events, p.effective_at) for p in found[company.id]]
    assert told[1] == ("CARRIER_FEE", "0.003", 1, at("2025-11-02", "00:00"))
    assert told[0][:3] == ("INTERNATIONAL", "0.15", 1)
    assert other.id not in found


async def test_corrections_that_outweigh_a_day_give_credits_back(own_app: Perseat) -> None:
    """M2: a sum may be negative, or nothing at all: then nothing moves."""
    company = await make_company(own_app)
    for kind, amount in (("CARRIER_FEE", -dollars("0.50")), ("INTERNATIONAL", 0)):
        await query(
            own_app,
            """INSERT INTO usage_deferrals (account_id, id, kind, day, amount, events, effective_at)
            VALUES (:id, uuidv7(), :kind, '2025-11-01', :amount, 1, '2025-11-01T23:00Z')""",
            id=company.id,
            kind=kind,
            amount=amount,
        )

    await company.go_to("2025-11-02")

    assert await company.balance() == "0.50"
    assert [row[4] for row in await sums(company)] == [True, True]


async def test_a_sum_that_is_posted_lets_nothing_in(app: Perseat) -> None:
    """M2: it was moved; what comes later has a later day."""
    company = await make_company(app)
    await company.record(fee(1))
    await company.go_to("2025-11-02")
    async with app.operators.begin() as uow:
        taken = (await store.pending(uow.session, [company.id])).get(company.id)

    addition = store.Addition(
        company.id,
        DeferralKind.CARRIER_FEE,
        at("2025-11-01").date(),
        1,
        1,
        at("2025-11-02", "00:00"),
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with app.operators.begin() as uow:
            await store.add(uow.session, [addition])

    assert taken is None
    assert await sums(company) == [("CARRIER_FEE", "2025-11-01", "0.003", 1, True)]
