"""Time goes by for all companies: each lives a month, then the workers' functions are run."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from random import Random
from typing import Any
from uuid import UUID

from app.bootstrap import Perseat
from app.services import accounts, charging, payments, runs
from tests.make import query
from tests.simulation.acts import Act, an_act
from tests.simulation.agreements import convert
from tests.simulation.life import SECOND, Life
from tests.simulation.spending import buy, report
from workers import settings, tasks

MONTHS = 24
AT_ONCE = 6
AFTERWARDS = 0.3
"""How often what is closed still reports, where it would act."""
CLOCKS = """UPDATE accounts SET test_clock = moved.at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[])) AS moved (id, at)
    WHERE accounts.id = moved.id AND test_clock < moved.at"""
JOBS = """SELECT kind, account_id::text, id::text FROM outbox WHERE done_at IS NULL
    AND kind IN ('bill_account', 'collect', 'drive_payment', 'top_up')
    AND (CAST(:only AS uuid) IS NULL OR account_id = :only) ORDER BY id"""
DONE = "UPDATE outbox SET done_at = created_at WHERE done_at IS NULL"
AGAIN = """SELECT kind, account_id::text, id::text FROM outbox WHERE done_at IS NOT NULL
    AND kind IN ('bill_account', 'collect', 'drive_payment', 'top_up') ORDER BY id DESC LIMIT 10"""


async def live(life: Life, month: int) -> None:
    """Act now and then; in the month that ends the trial, convert."""
    moments = life.moments(month)
    converts = not life.converted and month >= life.trial
    if converts and not moments:
        moments = [max(life.now, life.cut_off(month - 1)) + SECOND]
    first = life.rng.choice(moments) if converts else None
    for at in moments:
        life.now = at
        if life.closed:
            if life.rng.random() < AFTERWARDS:
                await act(life, report)
            continue
        await act(life, convert if at == first else an_act(life))


async def act(life: Life, do: Act) -> None:
    """In one transaction with the clock; money for credits is taken at once."""
    try:
        async with life.company.begin() as uow:
            await accounts.advance_test_clock(uow, life.company.id, life.now)
            await do(uow, life)
        if do is buy or life.refills:
            await work(life.company.app, life.company.id)
    except Exception as error:
        error.add_note(f"{life.name}: {do.__name__} at {life.now}")
        raise


async def work(app: Perseat, only: UUID) -> None:
    """What a worker does for one account until nothing is left to do."""
    while jobs := await query(app, JOBS, only=only):
        for kind, account_id, job_id in jobs:
            await getattr(tasks, kind)({"perseat": app}, account_id, job_id)


async def end_month(lives: Sequence[Life], month: int) -> None:
    """Clocks pass the cut-off by nothing, a second or some hours; some stay behind for a month."""
    for life in lives:
        after = life.rng.choice((0, 0, 0, 1, life.rng.randrange(50 * 3600)))
        on_time = life.ends_on or month + 1 == MONTHS
        life.late = not on_time and life.rng.random() < 0.2
        if not life.late:
            life.now = life.cut_off(month) + after * SECOND
    ids, instants = zip(*((life.company.id, life.now) for life in lives), strict=True)
    await query(lives[0].company.app, CLOCKS, ids=list(ids), instants=list(instants))


async def bill(app: Perseat) -> int:
    """Everybody who is due, in chunks; then what is owed is collected."""
    billed = await runs.bill_due(app.operators, chunk_size=50)
    while due := await payments.to_collect(app.operators, limit=500):
        await each(due, lambda one: payments.collect(app.operators, *one))
        left = await charging.unsettled(app.operators, limit=500)
        await each(left, lambda one: charging.drive(app.operators, app.provider, *one))
    await query(app, DONE)
    return billed


async def bill_again(app: Perseat, lives: Sequence[Life], rng: Random) -> None:
    """The run, a bill for some by themselves, and jobs whose doorbell rings once more."""
    assert await bill(app) == 0
    for life in rng.sample(lives, min(5, len(lives))):
        await runs.bill_account(app.operators, life.company.id)
    for kind, account_id, job_id in await query(app, AGAIN):
        task = settings.at_most_once(getattr(tasks, kind))
        await task({"perseat": app}, account_id, job_id)


async def pay(app: Perseat, lives: Iterable[Life]) -> None:
    """I6: everybody gets a good card, and what is due by then is collected with it."""

    async def with_a_good_card(life: Life) -> None:
        await life.company.use_card("card_ok")

    await each(lives, with_a_good_card)
    await bill(app)


async def each(items: Iterable[Any], work: Callable[[Any], Awaitable[object]]) -> None:
    """A few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: Any) -> None:
        async with gate:
            await work(item)

    await asyncio.gather(*(one(item) for item in items))
