"""Work that must not be lost: PostgreSQL remembers it, the doorbell only rings."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.unit_of_work import Transactions
from app.doorbell import ArqBell
from app.services import outbox
from tests.make import Company, at_machine_time, drain, make_company, query, sms
from workers import tasks
from workers.settings import WorkerSettings

PATIENCE = outbox.PATIENCE + timedelta(seconds=1)


async def quiet_company(app: Perseat) -> Company:
    """One with nothing left to do."""
    company = await make_company(app)
    await drain(app)
    return company


async def enqueue(transactions: Transactions, company: Company, **args: str) -> UUID:
    async with transactions.begin(company.id) as uow:
        return uow.enqueue("collect", company.id, **args)


async def undone(company: Company) -> list[UUID]:
    sql = "SELECT id FROM outbox WHERE account_id = :id AND done_at IS NULL ORDER BY id"
    return [row[0] for row in await query(company.app, sql, id=company.id)]


async def ringing(company: Company) -> list[tuple[UUID, int]]:
    sql = "SELECT id, rings FROM outbox WHERE account_id = :id AND done_at IS NULL ORDER BY id"
    return [(job, rings) for job, rings in await query(company.app, sql, id=company.id)]


async def test_work_is_enqueued_with_its_cause_or_not_at_all(app: Perseat) -> None:
    company = await quiet_company(app)

    async def fail() -> None:
        async with app.tenants.begin(company.id) as uow:
            uow.enqueue("collect", company.id)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    job = await enqueue(app.tenants, company)

    assert await undone(company) == [job]
    await drain(app)


async def test_a_job_is_done_in_the_transaction_of_its_effect(app: Perseat) -> None:
    """When the effect fails, the job is still to be done; then it is done once."""
    company = await quiet_company(app)
    job = await enqueue(app.tenants, company)

    with pytest.raises(LookupError):
        async with outbox.job(app.operators, company.id, job):
            raise LookupError
    before = await undone(company)
    async with outbox.job(app.operators, company.id, job) as (_, row):
        kind = row.kind

    assert (before, kind) == ([job], "collect")
    assert await undone(company) == []
    with pytest.raises(outbox.AlreadyDone):
        await outbox.finish(app.operators, company.id, job)


async def test_of_two_workers_one_does_the_job(app: Perseat) -> None:
    """While it is being done, and afterwards, the other finds it taken."""
    company = await quiet_company(app)
    job = await enqueue(app.tenants, company)

    async def work() -> None:
        async with outbox.job(app.operators, company.id, job):
            await asyncio.sleep(0.05)

    results = await asyncio.gather(*(work() for _ in range(4)), return_exceptions=True)

    names = sorted(type(each).__name__ for each in results)
    assert names == ["AlreadyDone"] * 3 + ["NoneType"]


async def test_the_arguments_of_a_job_are_what_was_enqueued(app: Perseat) -> None:
    company = await quiet_company(app)
    job = await enqueue(app.tenants, company, payment_id="7")

    args = await outbox.args_of(app.operators, company.id, job)
    await outbox.finish(app.operators, company.id, job)

    assert args == {"payment_id": "7"}
    with pytest.raises(outbox.AlreadyDone):
        await outbox.args_of(app.operators, company.id, job)


async def test_what_nobody_has_done_is_rung_again_after_a_while(own_app: Perseat) -> None:
    """Once per while, also when two relays look at the same time; what is done stays silent."""
    company = await quiet_company(own_app)
    now = own_app.clock.now()
    apps = [at_machine_time(own_app, now + number * PATIENCE) for number in range(3)]
    job = await enqueue(apps[0].tenants, company)

    early = await outbox.relay(apps[0].operators)
    both = await asyncio.gather(*(outbox.relay(apps[1].operators) for _ in range(2)))
    again = await outbox.relay(apps[1].operators), await outbox.relay(apps[2].operators)
    rung = await ringing(company)
    await outbox.finish(own_app.operators, company.id, job)
    done = await outbox.relay(at_machine_time(own_app, now + 3 * PATIENCE).operators)

    assert (early, sorted(both), again, done) == (0, [0, 1], (0, 1), 0)
    assert rung == [(job, 3)]


async def test_what_is_done_is_forgotten_after_a_week(own_app: Perseat) -> None:
    company = await quiet_company(own_app)
    for done in (True, False):
        job = await enqueue(own_app.tenants, company)
        if done:
            await outbox.finish(own_app.operators, company.id, job)
    now = own_app.clock.now()
    sql = "SELECT count(*) FROM outbox WHERE kind = 'collect'"

    counts = []
    for days in (6, 8):
        await outbox.forget(at_machine_time(own_app, now + timedelta(days=days)).operators)
        counts.append((await query(own_app, sql))[0][0])

    assert counts == [2, 1]
    assert await undone(company) == [job]


async def test_the_bell_rings_after_the_commit_and_each_ring_is_another_job(
    own_app: Perseat, redis_url: str
) -> None:
    """arq would swallow a second ring with the first one's id."""
    company = await quiet_company(own_app)
    bell = ArqBell(redis_url)
    now = own_app.clock.now()
    transactions = Transactions(own_app.tenants.engine, own_app.clock, bell)
    later = Transactions(
        own_app.operators.engine, at_machine_time(own_app, now + 2 * PATIENCE).clock, bell
    )

    job = await enqueue(transactions, company)
    await outbox.relay(later)
    pool = await bell.pool()
    queued = [each for each in await pool.queued_jobs() if each.args[1] == str(job)]
    await bell.close()

    assert {each.job_id for each in queued} == {f"{job}:1", f"{job}:2"}
    assert {(each.function, each.args[0]) for each in queued} == {("collect", str(company.id))}


async def test_without_redis_nothing_is_lost_but_time(own_app: Perseat) -> None:
    """Twilio 2013: the debit and its job are committed, and the relay rings again later."""
    company = await quiet_company(own_app)
    bell = ArqBell("redis://127.0.0.1:1")
    transactions = Transactions(own_app.tenants.engine, own_app.clock, bell)

    async with asyncio.timeout(3):
        job = await enqueue(transactions, company)
    await bell.close()
    rung = await outbox.relay(at_machine_time(own_app, own_app.clock.now() + PATIENCE).operators)

    assert await undone(company) == [job]
    assert rung == 1


async def test_every_kind_of_job_is_a_task_that_a_worker_runs(app: Perseat) -> None:
    company = await quiet_company(app)
    await company.convert()
    await company.record(sms(1_000_000))
    await company.go_to("2025-12-01")

    kinds = {row[0] for row in await query(app, "SELECT DISTINCT kind FROM outbox")}

    assert kinds >= {"top_up", "collect", "bill_account", "drive_payment"}
    assert kinds <= {function.name for function in WorkerSettings.functions}
    assert all(callable(getattr(tasks, kind)) for kind in kinds)
