"""Rules C5 and I2: whoever is due is billed once for each cut-off, and in order."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import AccountParked
from app.domain.users import UserStatus
from app.services import accounts, runs
from app.store import accounts as store
from tests.make import Company, as_superuser, at, at_machine_time, drain, make_company, query, sms


async def run(app: Perseat, **more: Any) -> int:
    return await runs.bill_due(app.operators, **{"chunk_size": 10, **more})


async def parked(company: Company) -> str | None:
    sql = "SELECT parked_reason FROM accounts WHERE id = :id"
    reason: str | None = (await query(company.app, sql, id=company.id))[0][0]
    return reason


async def test_two_months_behind_are_two_invoices_dated_by_their_periods(app: Perseat) -> None:
    """C5: the scheduler was down; each month has what happened in it."""
    company = await make_company(app, users=2)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.add()
    await company.record(sms(100, happened_at=at("2025-11-16")))

    await company.go_to("2026-01-20")

    assert await company.issued() == [
        (1, "INITIAL", "2025-11-01", "140.00"),
        (2, "RENEWAL", "2025-12-01", "246.50"),
        (3, "RENEWAL", "2026-01-01", "210.00"),
    ]
    sql = "SELECT period::text FROM invoices WHERE account_id = :id ORDER BY number"
    assert [row[0] for row in await query(app, sql, id=company.id)] == [
        "[2025-11-01,2025-12-01)",
        "[2025-12-01,2026-01-01)",
        "[2026-01-01,2026-02-01)",
    ]
    assert await company.unbilled() == "0.00"


async def test_running_again_changes_nothing(own_app: Perseat) -> None:
    """C5, GitHub 2009: a batch that runs twice bills once."""
    company = await make_company(own_app, users=2)
    await company.convert()
    await company.set_clock("2025-12-01", "00:00")

    numbers = [await run(own_app) for _ in range(3)]
    await drain(own_app)

    assert numbers == [1, 0, 0]
    assert [row[2:] for row in await company.issued()] == [
        ("2025-11-01", "140.00"),
        ("2025-12-01", "140.00"),
    ]


async def test_ten_runs_at_once_bill_each_of_thirty_accounts_once(own_app: Perseat) -> None:
    """C5, I7: two months behind, in chunks of four that overlap in time."""
    companies = await asyncio.gather(*(make_company(own_app) for _ in range(30)))
    await asyncio.gather(*(company.start() for company in companies))
    await asyncio.gather(*(company.set_clock("2026-01-10") for company in companies))

    numbers = await asyncio.gather(*(run(own_app, chunk_size=4) for _ in range(10)))

    rows = await query(own_app, "SELECT account_id, issued_on::text FROM invoices")
    days = ["2025-11-01", "2025-12-01", "2026-01-01"]
    assert sum(numbers) == 60
    assert sorted(tuple(row) for row in rows) == sorted(
        (company.id, day) for company in companies for day in days
    )


async def test_a_run_meets_a_user_who_is_added_at_the_same_time(app: Perseat) -> None:
    """C5: whoever bills first, the addition is not older than the bill."""
    company = await make_company(app)
    await company.convert()
    await company.set_clock("2025-12-16")

    await asyncio.gather(run(app, only=[company.id]), company.add(), company.add())
    await drain(app)

    assert (await company.invoices())["2025-12-01"] == "70.00"
    assert await company.unbilled() == "72.26"


async def test_a_user_of_after_the_cut_off_counts_for_the_next_month(app: Perseat) -> None:
    """C5, L3: the run is late; the addition first bills the month, then itself: 31 of 31 days."""
    company = await make_company(app)
    await company.convert()
    await company.set_clock("2025-12-01", "00:00")

    await company.add()

    assert (await company.invoices())["2025-12-01"] == "70.00"
    assert await company.unbilled() == "70.00"
    await company.go_to("2026-01-01")
    assert (await company.invoices())["2026-01-01"] == "210.00"


async def test_a_user_deleted_after_the_cut_off_is_renewed(app: Perseat) -> None:
    """C5, L6: what counts is the state at the cut-off, however late the run."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.set_clock("2025-11-30", "23:59")
    one, other = await company.people()
    await company.change(one, UserStatus.DELETED)
    await company.set_clock("2025-12-01", "00:00")
    await company.change(other, UserStatus.DELETED)

    await drain(app)

    assert (await company.invoices())["2025-12-01"] == "140.00"


async def test_a_missing_price_parks_its_account_only(own_app: Perseat) -> None:
    """C5, P3: the others are billed; a parked account takes no changes; released, it is billed."""
    poor, rich = await make_company(own_app, "ipro"), await make_company(own_app, "xpro")
    for company in (poor, rich):
        await company.convert()
    cell = "plan_id = 'ipro' AND component = 'LICENSE' AND term = 'MONTHLY'"
    sql = f"UPDATE prices SET effective = daterange(NULL, '2025-12-01') WHERE {cell}"  # noqa: S608
    await query(own_app, sql)
    for company in (poor, rich):
        await company.set_clock("2025-12-05")

    billed = await run(own_app)
    reason = await parked(poor)
    with pytest.raises(AccountParked):
        await poor.add()
    await drain(own_app)
    missing = await poor.invoices()
    sql = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
        VALUES (:id, 'ipro', 'LICENSE', 'MONTHLY', daterange('2025-12-01', NULL), 41000000,
            false)"""
    await query(own_app, sql, id=new_id())
    async with own_app.operators.begin() as uow:
        await accounts.release_parked(uow, poor.id)
    await drain(own_app)

    assert (billed, reason) == (1, "Plan ipro has no monthly price for a licence on 2025-12-01.")
    assert missing == {"2025-11-01": "40.00"}
    assert await poor.invoices() == {"2025-11-01": "40.00", "2025-12-01": "41.00"}
    assert await rich.invoices() == {"2025-11-01": "90.00", "2025-12-01": "90.00"}


async def test_a_bill_that_the_database_refuses_parks_its_account_only(own_app: Perseat) -> None:
    """I7: December was billed by mistake; a chunk of three becomes three of one."""
    companies = [await make_company(own_app) for _ in range(3)]
    for company in companies:
        await company.convert()
    await as_superuser(
        own_app,
        f"""INSERT INTO charges (account_id, id, component, rule, description, quantity,
            unit_amount, amount, slots, period, derivation, posted_at, tax, replaced)
        VALUES ('{companies[1].id}', '{new_id()}', 'LICENSE', 'L6', '', 1, 0, 0, '[1,2)',
            '[2025-12-10,2025-12-11)', '{{}}', '2025-12-10Z', 0, false)""",  # noqa: S608
    )
    for company in companies:
        await company.set_clock("2025-12-05")

    billed = await run(own_app)

    assert billed == 2
    assert await parked(companies[1]) == "the database refused its bill"
    assert [len(await each.invoices()) for each in companies] == [2, 1, 2]


async def test_a_claim_of_a_dead_worker_runs_out(own_app: Perseat) -> None:
    """A lease of a minute; then another bills, and the dead one's claim locks nothing."""
    company = await make_company(own_app)
    await company.convert()
    await company.set_clock("2025-12-05")
    now, claim = own_app.clock.now(), new_id()
    async with own_app.operators.begin() as uow:
        ids = await store.claim_due(
            uow.session, claim=claim, now=now, until=now + runs.LEASE, count=9
        )

    early = await run(own_app)
    later = at_machine_time(own_app, now + runs.LEASE + timedelta(seconds=1))
    late = await run(later)
    async with own_app.operators.begin() as uow:
        revived = await store.lock_claimed(uow.session, ids, claim)

    assert ids == [company.id]
    assert (early, late, revived) == (0, 1, [])


async def test_trials_and_closed_accounts_are_never_due(own_app: Perseat) -> None:
    """P1, C5."""
    trial, closed = await make_company(own_app), await make_company(own_app)
    await closed.convert()
    await closed.set(status="CLOSED", next_bill_at=None, test_clock=at("2026-02-01"))
    await trial.set_clock("2026-02-01")

    assert await run(own_app) == 0


async def test_a_closed_account_is_not_billed_by_a_bell_that_was_rung_before(
    own_app: Perseat,
) -> None:
    """P1: the run leaves it out, and so does the job of its own."""
    company = await make_company(own_app)
    await company.convert()
    await company.set_clock("2026-01-15")
    await company.set(status="CLOSED", next_bill_at=None)

    await drain(own_app)

    assert list(await company.invoices()) == ["2025-11-01"]
