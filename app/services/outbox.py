"""The outbox: what was rung is done once, what was not done is rung again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import Ring, Transactions, UnitOfWork
from app.faults import Fault, reach
from app.store import outbox as store

PATIENCE = timedelta(seconds=20)
LONGEST_PATIENCE = timedelta(hours=1)
KEEP = timedelta(days=7)


class AlreadyDone(Exception):
    """Another worker has done the job, or does it right now."""


@asynccontextmanager
async def look(
    transactions: Transactions, account_id: UUID, job_id: UUID
) -> AsyncIterator[tuple[UnitOfWork, OutboxJob]]:
    """The job's row, locked, and still to be done afterwards: for the first of several steps."""
    async with transactions.begin() as uow:
        row = await store.take(uow.session, account_id, job_id)
        if row is None:
            raise AlreadyDone(job_id)
        yield uow, row


@asynccontextmanager
async def job(
    transactions: Transactions, account_id: UUID, job_id: UUID
) -> AsyncIterator[tuple[UnitOfWork, OutboxJob]]:
    """The job's row, locked; it is marked done in the transaction of its effect."""
    async with look(transactions, account_id, job_id) as (uow, row):
        yield uow, row
        row.done_at = uow.now()


async def args_of(transactions: Transactions, account_id: UUID, job_id: UUID) -> Mapping[str, Any]:
    """What an undone job is about, for work that must not hold a transaction open."""
    async with look(transactions, account_id, job_id) as (_, row):
        return row.args


async def put_off(transactions: Transactions, account_id: UUID, job_id: UUID) -> None:
    """Do not ring for this job for a while, which doubles with each ring up to an hour."""
    async with look(transactions, account_id, job_id) as (uow, row):
        longer = PATIENCE * 2 ** min(row.rings, 10)
        row.rung_at = uow.now() + min(longer, LONGEST_PATIENCE) - PATIENCE


async def finish(transactions: Transactions, account_id: UUID, job_id: UUID) -> None:
    """For work of several transactions, each of which may be repeated: mark the job done after."""
    reach(Fault.WORK_DONE)
    async with job(transactions, account_id, job_id):
        return


async def relay(transactions: Transactions, *, limit: int = 500) -> int:
    """Ring again what nobody has done: after a crash, a lost Redis, an expired job."""
    async with transactions.begin() as uow:
        now = uow.now()
        undone = await store.ring_again(
            uow.session, older_than=now - PATIENCE, now=now, limit=limit
        )
        uow.rings += [Ring(*row) for row in undone]
    return len(undone)


async def forget(transactions: Transactions) -> None:
    """Delete what was done a week ago."""
    async with transactions.begin() as uow:
        await store.delete_done(uow.session, before=uow.now() - KEEP)
