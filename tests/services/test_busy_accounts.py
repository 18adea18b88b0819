"""An account that somebody holds is billed when it is free again; nobody is dropped (C5)."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from app.bootstrap import Perseat, perseat
from app.db import engine
from app.db.types import new_id
from app.db.unit_of_work import SilentBell
from app.services import charging, credits, ingestion, runs
from app.services.locks import any_account_locked
from app.services.verify import verify
from app.store import accounts as account_store
from tests.make import as_superuser, drain, make_company, query, sms
from tests.services.test_runs import run


async def test_who_cannot_be_locked_in_time_is_billed_by_the_next_run(
    own_app: Perseat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: a run that loses its patience gives everybody back, parks nobody and forgets nobody."""
    companies = [await make_company(own_app) for _ in range(3)]
    for company in companies:
        await company.start()
        await company.set_clock("2025-12-01", "00:00")
    monkeypatch.setitem(engine.LOCK_TIMEOUT, engine.WORKER_ROLE, "100ms")

    impatient = perseat(own_app.settings, bell=SilentBell())
    async with impatient as other, own_app.operators.begin() as uow:
        await any_account_locked(uow, companies[1].id)
        with pytest.raises(DBAPIError, match="lock timeout"):
            await runs.bill_due(other.operators, chunk_size=3)
        with pytest.raises(DBAPIError, match="lock timeout"):
            await runs.bill_account(other.operators, companies[1].id)

    assert await query(own_app, "SELECT id FROM accounts WHERE parked_at IS NOT NULL") == []
    assert await run(own_app) == 3
    assert [len(await company.issued()) for company in companies] == [2, 2, 2]


async def test_a_top_up_that_settles_while_the_month_is_billed(own_app: Perseat) -> None:
    """I3, M5: both raise an invoice; the numbers are 1, 2 and 3, without a gap and once each."""
    companies = [await make_company(own_app) for _ in range(8)]
    for company in companies:
        await company.convert()
    for company in companies:
        await company.set_clock("2025-12-01", "00:00")
        async with company.begin() as uow:
            await credits.buy_credits(uow, company.id, 50_000_000)
    sql = "SELECT account_id, id FROM payments WHERE status = 'CREATED'"
    intents = await query(own_app, sql)

    await asyncio.gather(
        run(own_app, chunk_size=3),
        *(charging.drive(own_app.operators, own_app.provider, *each) for each in intents),
    )
    await drain(own_app)

    assert len(intents) == 8
    for company in companies:
        assert [row[0] for row in await company.issued()] == [1, 2, 3]
        assert {row[1] for row in await company.issued()} == {"INITIAL", "RENEWAL", "TOP_UP"}
    assert [c.findings async for c in verify(own_app.operators) if c.count] == []


async def until_waiting(app: Perseat, number: int) -> None:
    """Until so many wait for a lock."""
    while True:
        ((waiting,),) = await query(
            app, "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
        )
        if waiting >= number:
            return


async def locked_by_a_run(app: Perseat, what: str, ids: list[UUID], claim: UUID) -> None:
    async with app.operators.begin() as uow:
        now = uow.now()
        match what:
            case "claim":
                await account_store.claim_due(
                    uow.session, claim=claim, now=now, until=now, count=len(ids)
                )
            case "chunk":
                await account_store.lock_claimed(uow.session, ids, claim)
            case "plan":
                await account_store.standing(uow.session, ids, now, lock=True)
            case "give back":
                await account_store.give_back(uow.session, ids, claim)


@pytest.mark.parametrize("what", ["claim", "chunk", "plan", "give back"])
@pytest.mark.timeout(60)
async def test_a_run_and_a_batch_of_many_accounts_never_wait_in_a_circle(
    own_app: Perseat, what: str
) -> None:
    """C5, M1: whoever locks several accounts does it in the order of their ids, also if they lie
    in another one in the table."""
    companies = [await make_company(own_app) for _ in range(2)]
    for company in companies:
        await company.start()
        await company.set_clock("2025-12-01", "00:00")
    low, high = sorted(company.id for company in companies)
    claim = new_id()
    for account_id in (high, low):
        sql = "UPDATE accounts SET billing_claim = :claim WHERE id = :id"
        await query(own_app, sql, id=account_id, claim=None if what == "claim" else claim)
    await as_superuser(own_app, "ANALYZE accounts")

    async def report() -> None:
        async with own_app.operators.begin() as uow:
            await ingestion.ingest(uow, [(low, sms()), (high, sms())])

    async with own_app.operators.begin() as uow:
        await any_account_locked(uow, low)
        batch = asyncio.create_task(report())
        await until_waiting(own_app, 1)
        run_ = asyncio.create_task(locked_by_a_run(own_app, what, [low, high], claim))
        await until_waiting(own_app, 2)

    await asyncio.gather(batch, run_)
