"""Rules C5 and I2: a dry run is a plan; applying it posts exactly that, or nothing."""

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, NotFound, PlanChanged, Refused
from app.domain.plans import Component, Term
from app.domain.runs import RunStatus, automatic_run, canonical
from app.domain.users import UserStatus
from app.services import run_orders, run_work, runs
from app.services.verify import verify
from tests.make import Company, at, drain, make_company, query, sms
from tests.services.running import (
    DECEMBER,
    JANUARY,
    apply,
    ask_to_apply,
    document,
    order,
    outcomes,
    plan,
    reasons,
    reread,
    totals,
    work,
)


async def started(app: Perseat, users: int = 1, plan: str = "upro") -> Company:
    company = await make_company(app, plan, users=users)
    await company.convert()
    return company


async def at_cut_off(companies: Sequence[Company], day: str = "2025-12-01") -> None:
    for company in companies:
        await company.set_clock(day, "00:00")


async def assert_verified(app: Perseat) -> None:
    assert [c.findings async for c in verify(app.operators) if c.count] == []


async def test_a_dry_run_posts_nothing_and_two_are_byte_identical(own_app: Perseat) -> None:
    """C5: the same state is the same plan, to the byte, in whichever chunks it was computed."""
    companies = [await started(own_app, users) for users in (1, 2, 3, 4, 5)]
    await companies[0].rent(Component.LOCAL_NUMBER, 2)
    await companies[1].add()
    await companies[2].record(sms(100))
    await at_cut_off(companies)

    first = await plan(own_app)
    second = await work(own_app, await order(own_app), chunk_size=100)

    documents = [
        [canonical({"account": str(id_), **bill}) for id_, bill in await document(own_app, each)]
        for each in (first, second)
    ]
    assert documents[0] == documents[1]
    assert len(documents[0]) == 5
    assert first.id != second.id
    assert first.plan_hash == second.plan_hash
    assert [len(await each.invoices()) for each in companies] == [1] * 5
    posted = await query(own_app, "SELECT count(*) FROM invoices WHERE kind = 'RENEWAL'")
    assert posted[0][0] == 0


async def test_applying_posts_exactly_the_plan_and_a_dry_run_afterwards_is_empty(
    own_app: Perseat,
) -> None:
    companies = [await started(own_app, users) for users in (1, 2, 3)]
    await at_cut_off(companies)
    made = await plan(own_app)
    planned = await outcomes(own_app, made)

    applied = await apply(own_app, made)
    after = await plan(own_app)

    assert applied.status is RunStatus.FINISHED
    assert applied.plan_hash == made.plan_hash
    assert [(await each.invoices())["2025-12-01"] for each in companies] == [
        "70.00",
        "140.00",
        "210.00",
    ]
    assert planned == {
        company.id: ("PLANNED", total)
        for company, total in zip(companies, ("70.00", "140.00", "210.00"), strict=True)
    }
    assert await outcomes(own_app, applied) == {
        each: ("BILLED", total) for each, (_, total) in planned.items()
    }
    assert await document(own_app, after) == []
    assert after.plan_hash != made.plan_hash
    await drain(own_app)
    await assert_verified(own_app)


async def test_the_automatic_run_bills_what_a_plan_would(own_app: Perseat) -> None:
    """C5: one path for both; the bills of the 1st have the digests of its dry run."""
    companies = [await started(own_app, users) for users in (1, 2, 3)]
    await companies[0].add()
    await at_cut_off(companies)
    made = await plan(own_app)

    billed = await runs.bill_due(own_app.operators, chunk_size=2)
    automatic = await reread(own_app, automatic_run(DECEMBER, sandbox=True))
    applied = await apply(own_app, made)

    sql = "SELECT account_id, digest FROM billing_run_accounts WHERE run_id = :id ORDER BY 1"
    digests = [await query(own_app, sql, id=each.id) for each in (made, automatic)]
    assert billed == 3
    assert digests[0] == digests[1]
    assert await totals(own_app, made) == await totals(own_app, automatic)
    assert {status for status, _ in (await outcomes(own_app, applied)).values()} == {
        "ALREADY_BILLED"
    }
    assert applied.status is RunStatus.FINISHED


async def test_applying_again_is_the_same_run_and_bills_nothing(own_app: Perseat) -> None:
    """Twice at once and once more: one answer."""
    companies = [await started(own_app) for _ in range(3)]
    await at_cut_off(companies)
    made = await plan(own_app)

    both = await asyncio.gather(ask_to_apply(own_app, made), ask_to_apply(own_app, made))
    await asyncio.gather(*(work(own_app, each) for each in both))
    again = await apply(own_app, made)

    assert {each.id for each in (*both, again)} == {again.id}
    assert again.status is RunStatus.FINISHED
    assert [len(await each.invoices()) for each in companies] == [2] * 3


async def test_a_changed_bill_makes_the_plan_stale_and_posts_nothing(own_app: Perseat) -> None:
    """What changed is named, with both totals; the hash is refused from then on."""
    same, other = await started(own_app), await started(own_app)
    await at_cut_off([same, other])
    made = await plan(own_app)
    sql = "INSERT INTO minimum_licenses (account_id, id, minimum, effective_on, at, actor)"
    values = "VALUES (:id, uuidv7(), 3, '2025-12-01', '2025-11-30Z', 'late paper')"
    await query(own_app, f"{sql} {values}", id=other.id)

    applied = await apply(own_app, made)

    assert applied.status is RunStatus.STALE
    assert applied.plan_hash != made.plan_hash
    assert await outcomes(own_app, applied) == {
        same.id: ("PLANNED", "70.00"),
        other.id: ("CHANGED", "210.00"),
    }
    assert await reasons(own_app, applied) == {other.id: "planned 70.00, now 210.00"}
    assert [len(await each.invoices()) for each in (same, other)] == [1, 1]
    with pytest.raises(PlanChanged, match=r"planned 70\.00, now 210\.00") as told:
        await apply(own_app, made)
    assert told.value.field == "planHash"
    renewed = await apply(own_app, await plan(own_app))
    assert renewed.status is RunStatus.FINISHED
    assert (await other.invoices())["2025-12-01"] == "210.00"


async def test_what_a_mutation_has_billed_as_planned_counts_as_billed(own_app: Perseat) -> None:
    """C5: on the 2nd somebody is added; the month is billed first, as it was planned."""
    quick, slow = await started(own_app), await started(own_app)
    await at_cut_off([quick, slow])
    made = await plan(own_app)
    await quick.add()

    applied = await apply(own_app, made)

    assert applied.status is RunStatus.FINISHED
    assert await outcomes(own_app, applied) == {
        quick.id: ("ALREADY_BILLED", "70.00"),
        slow.id: ("BILLED", "70.00"),
    }
    assert (await totals(own_app, applied))[0] == "140.00"
    assert [len(await each.invoices()) for each in (quick, slow)] == [2, 2]


async def test_what_changes_while_it_is_posted_is_left_and_says_so(own_app: Perseat) -> None:
    """The check has passed; one bill changes under the posting: the others are billed."""
    companies = [await started(own_app) for _ in range(4)]
    await at_cut_off(companies)
    applied = await ask_to_apply(own_app, await plan(own_app))
    while (await reread(own_app, applied.id)).status is RunStatus.CHECKING:
        await run_work.work_on(own_app.operators, applied.id, chunk_size=2, chunks=1)
    last = max(companies, key=lambda each: each.id)
    sql = "INSERT INTO minimum_licenses (account_id, id, minimum, effective_on, at, actor)"
    values = "VALUES (:id, uuidv7(), 3, '2025-12-01', '2025-11-30Z', 'late paper')"
    await query(own_app, f"{sql} {values}", id=last.id)

    done = await work(own_app, applied)

    assert done.status is RunStatus.FINISHED
    found = await outcomes(own_app, applied)
    assert found.pop(last.id) == ("CHANGED", "210.00")
    assert set(found.values()) == {("BILLED", "70.00")}
    assert (await reasons(own_app, applied))[last.id] == "planned 70.00, now 210.00"
    assert len(await last.invoices()) == 1
    assert await runs.bill_due(own_app.operators, chunk_size=10) == 1
    assert (await last.invoices())["2025-12-01"] == "210.00"


async def test_two_months_behind_are_two_runs_in_order(own_app: Perseat) -> None:
    """C5: each has what happened in its month; the later one is refused before the earlier."""
    company = await started(own_app, 2)
    await company.set_clock("2025-12-16")
    await company.set_clock("2026-01-05")

    with pytest.raises(Refused, match="bill that first") as told:
        await order(own_app, JANUARY)
    first = await apply(own_app, await plan(own_app))
    second = await apply(own_app, await plan(own_app, None))

    assert told.value.field == "period"
    assert (first.period, second.period) == (DECEMBER, JANUARY)
    assert await company.invoices() == {
        "2025-11-01": "140.00",
        "2025-12-01": "140.00",
        "2026-01-01": "140.00",
    }


async def test_before_the_cut_off_a_dry_run_is_a_forecast(own_app: Perseat) -> None:
    """It can be read on the 28th and not applied; unchanged, it can be applied on the 1st."""
    company = await started(own_app)
    await company.set_clock("2025-11-28")

    forecast = await plan(own_app, None)
    with pytest.raises(Refused, match="still to come") as told:
        await apply(own_app, forecast)
    nobody = await plan(own_app, None, due_only=True)
    await at_cut_off([company])
    applied = await apply(own_app, forecast)

    assert forecast.period == DECEMBER
    assert told.value.field == "planHash"
    assert await document(own_app, nobody) == []
    assert applied.status is RunStatus.FINISHED
    assert await outcomes(own_app, applied) == {company.id: ("BILLED", "70.00")}


async def test_an_empty_run_is_planned_and_finished(own_app: Perseat) -> None:
    made = await plan(own_app)

    applied = await apply(own_app, made)

    assert applied.status is RunStatus.FINISHED
    assert await totals(own_app, applied) == ("0.00", {})


async def test_a_run_of_a_1st_is_due_piece_by_piece(own_app: Perseat) -> None:
    """C1: 25 hours lie between the cut-offs of Kiritimati and Pago Pago."""
    first = await make_company(own_app, billing_timezone="Pacific/Kiritimati")
    last = await make_company(own_app, billing_timezone="Pacific/Pago_Pago")
    for company in (first, last):
        await company.convert()
    for company in (first, last):
        await company.set_clock("2025-11-30", "10:00")

    early = await plan(own_app, due_only=True)
    whole = await plan(own_app)
    with pytest.raises(Refused, match="the last at 2025-12-01 11:00 UTC"):
        await apply(own_app, whole)
    one = await apply(own_app, early)
    for company in (first, last):
        await company.set_clock("2025-12-01", "11:00")
    other = await apply(own_app, await plan(own_app, due_only=True))
    again = await apply(own_app, whole)

    assert await outcomes(own_app, one) == {first.id: ("BILLED", "70.00")}
    assert await outcomes(own_app, other) == {last.id: ("BILLED", "70.00")}
    assert again.status is RunStatus.FINISHED
    assert {status for status, _ in (await outcomes(own_app, again)).values()} == {"ALREADY_BILLED"}


async def test_a_run_that_is_no_dry_one_posts_what_is_due(own_app: Perseat) -> None:
    companies = [await started(own_app) for _ in range(3)]
    await at_cut_off(companies[:2])

    run = await work(own_app, await order(own_app, dry_run=False))

    assert run.status is RunStatus.FINISHED
    assert [len(await each.invoices()) for each in companies] == [2, 2, 1]


async def test_two_starts_at_once_and_many_workers_bill_once(own_app: Perseat) -> None:
    companies = [await started(own_app) for _ in range(7)]
    await at_cut_off(companies)

    both = await asyncio.gather(*(order(own_app, dry_run=False) for _ in range(2)))
    await asyncio.gather(*(work(own_app, run) for run in both for _ in range(3)))
    await asyncio.gather(*(work(own_app, run) for run in both))

    assert [(await reread(own_app, run.id)).status for run in both] == [RunStatus.FINISHED] * 2
    assert [len(await each.invoices()) for each in companies] == [2] * 7
    found = [status for run in both for status, _ in (await outcomes(own_app, run)).values()]
    assert found.count("BILLED") == 7
    await drain(own_app)
    await assert_verified(own_app)


async def test_real_and_sandbox_accounts_are_never_in_one_run(own_app: Perseat) -> None:
    sandbox, real = await started(own_app), await started(own_app)
    await real.set(test_clock=None)
    await sandbox.set_clock("2025-12-01", "00:00")

    with pytest.raises(InvalidInput, match="of one kind"):
        await order(own_app, accounts=[sandbox.id, real.id])
    toys = await plan(own_app)
    money = await plan(own_app, sandbox=False)
    named = await plan(own_app, sandbox=False, accounts=[sandbox.id])

    assert set(await outcomes(own_app, toys)) == {sandbox.id}
    assert set(await outcomes(own_app, money)) == {real.id}
    assert set(await outcomes(own_app, named)) == {sandbox.id}
    assert toys.plan_hash != money.plan_hash


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"period": date(2025, 12, 2)}, "period"),
        ({"dry_run": False, "reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"accounts": []}, "accountIds"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(
    own_app: Perseat, given: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        await order(own_app, **given)  # type: ignore[arg-type]

    assert told.value.field == field


async def test_a_plan_that_nobody_made_is_not_found(own_app: Perseat) -> None:
    async with own_app.operators.begin() as uow:
        with pytest.raises(NotFound) as told:
            await run_orders.apply(uow, "0" * 64, "why", actor="tester")

    assert told.value.field == "planHash"


async def test_the_difference_from_last_month_is_told_by_cause(own_app: Perseat) -> None:
    """Users added and removed, add-ons, debt; the sum is the difference to the cent."""
    grows, shrinks, talks = [await started(own_app, 3) for _ in range(3)]
    companies = [grows, shrinks, talks]
    await at_cut_off(companies)
    before = await apply(own_app, await plan(own_app))
    await grows.set_clock("2025-12-16")
    await grows.add()
    await grows.rent(Component.LOCAL_NUMBER, 1)
    await shrinks.change((await shrinks.people())[0], UserStatus.DELETED)
    await talks.set_clock("2025-12-02")
    await talks.record(sms(100, happened_at=at("2025-12-01")))
    await at_cut_off(companies, "2026-01-01")

    made = await plan(own_app, JANUARY)

    (last, new), (total, causes) = await totals(own_app, before), await totals(own_app, made)
    assert (last, new) == ("630.00", {"NEW": "630.00"})
    assert causes == {
        "USERS_ADDED": "106.13",
        "USERS_REMOVED": "-70.00",
        "ADD_ONS": "7.58",
        "DEBT": "1.50",
    }
    assert total == "675.21"


@pytest.mark.long
async def test_a_year_is_renewed_without_a_question(own_app: Perseat) -> None:
    """Safety bounds compare months: the renewal of an annual term is one like the others."""
    company = await make_company(own_app, users=60)
    await company.convert(Term.ANNUAL)
    for month in (12, *range(1, 11)):
        year = 2025 if month == 12 else 2026
        await company.go_to(f"{year}-{month:02}-01", "00:00")
    await at_cut_off([company], "2026-11-01")

    made = await plan(own_app, date(2026, 11, 1))

    status, total = (await outcomes(own_app, made))[company.id]
    assert (status, total) == ("PLANNED", "45360.00")
    assert (await totals(own_app, made))[1] == {"TERM": "45360.00"}
