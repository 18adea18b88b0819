"""Rules C1, C2, C5, I2 and I7: whoever is due is billed once for each cut-off, in order."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import AccountParked
from app.domain.plans import Component, Term
from app.domain.users import UserStatus
from app.services import accounts, runs
from app.store import accounts as store
from tests.make import (
    Company,
    as_superuser,
    at,
    at_machine_time,
    drain,
    make_company,
    money,
    query,
    sms,
)


async def run(app: Perseat, **more: Any) -> int:
    return await runs.bill_due(app.operators, **{"chunk_size": 10, **more})


async def issued(company: Company) -> list[tuple[int, str, str, str]]:
    """Number, kind, day of issue and total."""
    rows = await company.invoice_rows()
    return [(row.number, row.kind, str(row.issued_on), money(row.total)) for row in rows]


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

    assert await issued(company) == [
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
    assert [row[2:] for row in await issued(company)] == [
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


@pytest.mark.parametrize(
    ("zone", "before", "cut_off", "day", "unbilled"),
    [
        ("Asia/Tokyo", "2025-11-30T14:59", "2025-11-30T15:00", "2025-11-16", "35.00"),
        ("America/Los_Angeles", "2025-12-01T07:59", "2025-12-01T08:00", "2025-11-15", "37.33"),
    ],
)
async def test_the_month_ends_at_local_midnight(
    app: Perseat, zone: str, before: str, cut_off: str, day: str, unbilled: str
) -> None:
    """C1: the cut-off's instant, and the local day of an addition at 16:00 UTC of the 15th."""
    company = await make_company(app, on="2025-11-10", billing_timezone=zone)
    await company.convert()
    await company.go_to("2025-11-15", "16:00")
    await company.add()
    added = (await company.charges())[-1]

    await company.go_to(*before.split("T"))
    early = await company.invoices()
    await company.go_to(*cut_off.split("T"))

    assert added == ("L3", "[2,3)", f"[{day},2025-12-01)", unbilled)
    assert list(early) == ["2025-11-10"]
    assert list(await company.invoices()) == ["2025-11-10", "2025-12-01"]


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
            unit_amount, amount, slots, period, derivation, posted_at)
        VALUES ('{companies[1].id}', '{new_id()}', 'LICENSE', 'L6', '', 1, 0, 0, '[1,2)',
            '[2025-12-10,2025-12-11)', '{{}}', '2025-12-10Z')""",  # noqa: S608
    )
    for company in companies:
        await company.set_clock("2025-12-05")

    billed = await run(own_app)

    assert billed == 2
    assert "no_day_billed_twice" in (await parked(companies[1]) or "")
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
    await closed.set(status="CLOSED", test_clock=at("2026-02-01"))
    await trial.set_clock("2026-02-01")

    assert await run(own_app) == 0


async def test_a_conversion_on_a_1st_has_no_stub(app: Perseat) -> None:
    """L2: the full month at once, and nothing twice (I7)."""
    company = await make_company(app)
    await company.convert()

    await company.go_to("2025-12-01")

    assert await company.charges() == [
        ("L2", "[1,2)", "[2025-11-01,2025-12-01)", "70.00"),
        ("L6", "[1,2)", "[2025-12-01,2026-01-01)", "70.00"),
    ]


async def test_a_quarterly_account_through_a_year(app: Perseat) -> None:
    """L2, L4 to L6: a stub, full terms, one true-up; a deletion is felt at the renewal."""
    company = await make_company(app, users=2, on="2025-01-15")
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-01-20")
    await company.add()
    await company.go_to("2025-03-10")
    await company.add(2)
    await company.go_to("2025-06-10")
    await company.change((await company.people())[0], UserStatus.DELETED)
    await company.go_to("2025-07-20")
    await company.add()

    await company.go_to("2026-01-05")

    assert await issued(company) == [
        (1, "INITIAL", "2025-01-15", "72.94"),
        (2, "RENEWAL", "2025-02-01", "624.24"),
        (3, "TRUE_UP", "2025-04-01", "233.12"),
        (4, "RENEWAL", "2025-05-01", "997.50"),
        (5, "RENEWAL", "2025-08-01", "997.50"),
        (6, "RENEWAL", "2025-11-01", "997.50"),
    ]


async def test_an_annual_account_through_a_leap_year(app: Perseat) -> None:
    """C2, C3: a term with 29 February has 366 days; additions come on true-ups of the months."""
    company = await make_company(app, on="2024-01-01")
    await company.convert(Term.ANNUAL)
    await company.go_to("2024-02-29")
    await company.add()
    await company.go_to("2024-12-31")
    await company.add()

    await company.go_to("2025-01-01")

    assert await company.charges() == [
        ("L2", "[1,2)", "[2024-01-01,2025-01-01)", "756.00"),
        ("L4", "[2,3)", "[2024-02-29,2025-01-01)", "634.13"),
        ("L4", "[3,4)", "[2024-12-31,2025-01-01)", "2.07"),
        ("L6", "[1,4)", "[2025-01-01,2026-01-01)", "2268.00"),
    ]
    assert [row[1:3] for row in await issued(company)] == [
        ("INITIAL", "2024-01-01"),
        ("TRUE_UP", "2024-03-01"),
        ("RENEWAL", "2025-01-01"),
    ]


@pytest.mark.parametrize(
    ("on", "stub", "added"), [("2024-02-29", "2.41", "2.41"), ("2025-02-28", "2.50", "2.50")]
)
async def test_the_last_day_of_february(app: Perseat, on: str, stub: str, added: str) -> None:
    """C3: 1 of 29 or of 28 days; then March follows."""
    company = await make_company(app, on=on)
    await company.convert()
    await company.add()

    assert [row[3] for row in await company.charges()] == [stub, added]
    await company.go_to(f"{on[:4]}-03-01", "00:00")
    assert (await company.invoices())[f"{on[:4]}-03-01"] == money(140_000_000 + _cents(added))


def _cents(amount: str) -> int:
    return int(amount.replace(".", "")) * 10_000


async def test_a_minimum_and_add_ons_are_renewed_together(app: Perseat) -> None:
    """L6, A1: max(minimum, occupied), and what was added and not removed."""
    company = await make_company(app, "xpro", users=2)
    await company.rent(Component.LOCAL_NUMBER, 50)
    await company.convert()
    await company.rent(Component.LOCAL_NUMBER, -20)

    await company.go_to("2025-12-01")

    assert await company.invoices() == {"2025-11-01": "380.00", "2025-12-01": "300.00"}


async def test_a_new_price_begins_with_the_next_term_and_old_invoices_stay(
    own_app: Perseat,
) -> None:
    """P2: the price of the term's first day holds for additions within the term."""
    company = await make_company(own_app)
    await company.convert()
    await company.go_to("2025-11-16")
    sql = """UPDATE prices SET effective = daterange(lower(effective), '2025-11-10')
        WHERE plan_id = 'upro' AND component = 'LICENSE' AND term = 'MONTHLY'"""
    await query(own_app, sql)
    sql = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
        VALUES (:id, 'upro', 'LICENSE', 'MONTHLY', daterange('2025-11-10', NULL), 80000000,
            false)"""
    await query(own_app, sql, id=new_id())

    await company.add()
    unbilled = await company.unbilled()
    await company.go_to("2025-12-01")

    assert unbilled == "35.00"
    assert await company.invoices() == {"2025-11-01": "70.00", "2025-12-01": "195.00"}
