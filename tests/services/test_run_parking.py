"""Safety bounds (I2): what is far from an account's usual month waits for a person."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.runs import TO_PLAN, TO_POST, RunStatus, automatic_run
from app.models import BillingRun
from app.services import accounts, run_orders, run_work, runs
from app.services.verify import verify
from app.store import run_accounts
from app.store import runs as run_store
from app.store.run_accounts import Claim
from tests.make import Company, as_superuser, at_machine_time, drain, make_company, query
from tests.services.running import (
    DECEMBER,
    apply,
    ask_to_apply,
    order,
    outcomes,
    plan,
    reasons,
    reread,
    retry,
    work,
)


async def explosive(app: Perseat) -> Company:
    """Three months of one licence; then a contract of fifty from March on."""
    company = await make_company(app)
    await company.convert()
    for day in ("2025-12-01", "2026-01-01", "2026-02-01"):
        await company.go_to(day, "00:00")
    sql = "INSERT INTO minimum_licenses (account_id, id, minimum, effective_on, at, actor)"
    values = "VALUES (:id, uuidv7(), 50, '2026-03-01', '2026-02-01Z', 'a slip')"
    await query(app, f"{sql} {values}", id=company.id)
    await company.set_clock("2026-03-01", "00:00")
    return company


MARCH = DECEMBER.replace(year=2026, month=3)
UNUSUAL = (
    "its month would cost 3,500.00, more than 5 times the 70.00 of its last three months; retry "
    "the run with acceptUnusual if it is right"
)


async def parked(company: Company) -> str | None:
    sql = "SELECT parked_reason FROM accounts WHERE id = :id"
    reason: str | None = (await query(company.app, sql, id=company.id))[0][0]
    return reason


async def automatic(app: Perseat) -> BillingRun:
    return await reread(app, automatic_run(MARCH, sandbox=True))


async def test_an_unusual_amount_is_parked_by_the_automatic_run(own_app: Perseat) -> None:
    """Fifty times a licence is not sent; accepted by an operator it is, and only this time."""
    company = await explosive(own_app)

    assert await runs.bill_due(own_app.operators, chunk_size=10) == 0
    reason, run = await parked(company), await automatic(own_app)
    found = await outcomes(own_app, run)
    again = await retry(own_app, run)
    still = await outcomes(own_app, again)
    await retry(own_app, run, accept=True)

    assert reason == UNUSUAL
    assert found == still == {company.id: ("PARKED", "3500.00")}
    assert await parked(company) is None
    assert await outcomes(own_app, run) == {company.id: ("BILLED", "3500.00")}
    assert (await company.invoices())["2026-03-01"] == "3500.00"
    await drain(own_app)
    assert [c.findings async for c in verify(own_app.operators) if c.count] == []


async def test_a_plan_says_what_it_would_park_and_applying_it_does(own_app: Perseat) -> None:
    company = await explosive(own_app)
    other = await make_company(own_app, on="2026-02-01")
    await other.start()
    await other.set_clock("2026-03-01", "00:00")

    made = await plan(own_app, MARCH)
    applied = await apply(own_app, made)
    retried = await retry(own_app, applied, company.id, accept=True)

    assert await outcomes(own_app, made) == {
        company.id: ("TO_PARK", "3500.00"),
        other.id: ("PLANNED", "70.00"),
    }
    assert (await reasons(own_app, made)) == {company.id: UNUSUAL}
    assert retried.status is RunStatus.FINISHED
    assert await outcomes(own_app, applied) == {
        company.id: ("BILLED", "3500.00"),
        other.id: ("BILLED", "70.00"),
    }


async def test_release_works_as_before_and_may_accept(own_app: Perseat) -> None:
    company = await explosive(own_app)
    await drain(own_app)

    async with own_app.operators.begin() as uow:
        await accounts.release_parked(uow, company.id)
    await drain(own_app)
    again = await parked(company)
    async with own_app.operators.begin() as uow:
        await accounts.release_parked(uow, company.id, accept_unusual=True)
    await drain(own_app)

    assert again == UNUSUAL
    assert await parked(company) is None
    assert (await company.invoices())["2026-03-01"] == "3500.00"


async def test_a_missing_price_is_planned_to_park_and_billed_when_it_is_mended(
    own_app: Perseat,
) -> None:
    """P3: the plan names it; what is retried has been mended, there is no plan for it."""
    company = await make_company(own_app, "ipro")
    await company.convert()
    cell = "plan_id = 'ipro' AND component = 'LICENSE' AND term = 'MONTHLY'"
    shorten = f"UPDATE prices SET effective = daterange(NULL, '2025-12-01') WHERE {cell}"  # noqa: S608
    await query(own_app, shorten)
    await company.set_clock("2025-12-01", "00:00")

    made = await plan(own_app)
    applied = await apply(own_app, made)
    found = await outcomes(own_app, applied)
    await query(
        own_app,
        """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
        VALUES (:id, 'ipro', 'LICENSE', 'MONTHLY', daterange('2025-12-01', NULL), 41000000,
            false)""",
        id=new_id(),
    )
    await retry(own_app, applied)

    assert (await outcomes(own_app, made))[company.id] == ("TO_PARK", None)
    assert found == {company.id: ("PARKED", None)}
    assert await outcomes(own_app, applied) == {company.id: ("BILLED", "41.00")}


async def test_a_bill_that_the_database_refuses_is_parked_by_itself(own_app: Perseat) -> None:
    """I7: the others of its chunk are posted, and the row says why this one is not."""
    companies = [await make_company(own_app) for _ in range(3)]
    for company in companies:
        await company.convert()
    await as_superuser(
        own_app,
        f"""INSERT INTO charges (account_id, id, component, rule, description, quantity,
            unit_amount, amount, slots, period, derivation, posted_at, upgrade, tax,
            replaced)
        VALUES ('{companies[1].id}', '{new_id()}', 'LICENSE', 'L6', '', 1, 0, 0, '[1,2)',
            '[2025-12-10,2025-12-11)', '{{}}', '2025-12-10Z', 0, 0, false)""",  # noqa: S608
    )
    for company in companies:
        await company.set_clock("2025-12-05")

    applied = await apply(own_app, await plan(own_app))

    found = await outcomes(own_app, applied)
    assert found.pop(companies[1].id)[0] == "PARKED"
    assert {status for status, _ in found.values()} == {"BILLED"}
    assert await reasons(own_app, applied) == {companies[1].id: "the database refused its bill"}
    assert await parked(companies[1]) == "the database refused its bill"


async def test_only_what_a_posting_run_has_parked_can_be_retried(own_app: Perseat) -> None:
    company = await make_company(own_app)
    await company.convert()
    await company.set_clock("2025-12-01", "00:00")
    made = await plan(own_app)
    applied = await apply(own_app, made)

    async with own_app.operators.begin() as uow:
        with pytest.raises(Refused, match="Only a run that posts"):
            await run_orders.retry(uow, made.id, None, "why", actor="tester")
        with pytest.raises(Refused, match="Not all of these"):
            await run_orders.retry(uow, applied.id, [company.id], "why", actor="tester")
        with pytest.raises(InvalidInput, match="Say why"):
            await run_orders.retry(uow, applied.id, None, "", actor="tester")
        with pytest.raises(NotFound):
            await run_orders.retry(uow, new_id(), None, "why", actor="tester")
        nothing = await run_orders.retry(uow, applied.id, None, "why", actor="tester")
    assert nothing.status is RunStatus.FINISHED


async def _claimed(app: Perseat, run_id: UUID, *statuses: object) -> tuple[Claim, list[UUID]]:
    """A worker takes a chunk and is killed."""
    claim, now = Claim(new_id(), run_id, statuses), app.clock.now()  # type: ignore[arg-type]
    async with app.operators.begin() as uow:
        ids = await run_accounts.take(uow.session, claim, now=now, until=now + runs.LEASE, count=2)
    return claim, ids


async def _phase(app: Perseat, run_id: UUID, statuses: tuple[object, ...]) -> None:
    """The dead worker's chunk waits for its lease, is done by another, and lost by the dead."""
    claim, ids = await _claimed(app, run_id, *statuses)
    before = await reread(app, run_id)
    await run_work.work_on(app.operators, run_id, chunk_size=2)
    assert (await reread(app, run_id)).status is before.status
    later = at_machine_time(app, app.clock.now() + runs.LEASE + timedelta(seconds=1))
    await run_work.work_on(later.operators, run_id, chunk_size=2, chunks=2)
    async with app.operators.begin() as uow:
        assert await run_accounts.held(uow.session, claim, ids) == {}


async def test_a_worker_that_is_killed_loses_its_chunk_after_a_minute(own_app: Perseat) -> None:
    """In the middle of planning, of checking and of posting."""
    companies = [await make_company(own_app) for _ in range(3)]
    for company in companies:
        await company.convert()
    for company in companies:
        await company.set_clock("2025-12-01", "00:00")

    run = await order(own_app)
    await _phase(own_app, run.id, TO_PLAN)
    made = await work(own_app, run)
    applied = await ask_to_apply(own_app, made)
    await _phase(own_app, applied.id, TO_PLAN)
    assert (await reread(own_app, applied.id)).status is RunStatus.POSTING
    await _phase(own_app, applied.id, TO_POST)
    done = await work(own_app, applied)

    assert done.status is RunStatus.FINISHED
    assert [len(await each.invoices()) for each in companies] == [2, 2, 2]


async def test_where_operators_apply_plans_the_tick_plans_what_is_due_once(
    own_app: Perseat,
) -> None:
    """PERSEAT_AUTOMATIC_BILLING=off: sandbox accounts are billed, real ones are planned."""
    real, sandbox = await make_company(own_app), await make_company(own_app)
    for company in (real, sandbox):
        await company.convert()
    for company in (real, sandbox):
        await company.set_clock("2025-12-01", "00:00")
    await real.set(test_clock=None)

    billed = await runs.bill_due(own_app.operators, chunk_size=10, sandbox_only=True)
    for _ in range(2):
        await run_orders.plan_due(own_app.operators)
    waiting = await runs.unfinished(own_app.operators)
    made = await work(own_app, await reread(own_app, waiting[0]))
    await run_orders.plan_due(own_app.operators)
    applied = await apply(own_app, made)

    assert billed == 1
    assert len(waiting) == 1
    assert made.status is RunStatus.PLANNED
    assert await outcomes(own_app, applied) == {real.id: ("BILLED", "70.00")}
    count = await query(own_app, "SELECT count(*) FROM billing_runs WHERE dry_run")
    assert count[0][0] == 1


async def test_an_automatic_run_is_finished_when_nobody_waits_for_it(own_app: Perseat) -> None:
    companies = [await make_company(own_app) for _ in range(2)]
    for company in companies:
        await company.convert()
    run_id = automatic_run(DECEMBER, sandbox=True)
    statuses = []
    for company in companies:
        await company.go_to("2025-12-01", "00:00")
        await runs.unfinished(own_app.operators)
        statuses.append((await reread(own_app, run_id)).status)

    assert statuses == [RunStatus.POSTING, RunStatus.FINISHED]
    async with own_app.operators.begin() as uow:
        assert await run_store.unfinished(uow.session) == []
