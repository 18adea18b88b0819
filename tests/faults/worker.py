"""The workers as they are, in a hurry: what they wait minutes for takes seconds here."""

from datetime import timedelta

from arq import cron

from app.services import outbox, payments, run_work, runs
from workers import tasks
from workers.settings import WorkerSettings

__all__ = ["WorkerSettings"]
LEASE = timedelta(seconds=3)

outbox.PATIENCE = timedelta(seconds=2)
payments.LEASE = LEASE
payments.RETRY_UNKNOWN = timedelta(seconds=1)
runs.LEASE = LEASE
run_work.LEASE = LEASE  # type: ignore[attr-defined]
WorkerSettings.cron_jobs = [
    cron(tasks.tick, name="cron:tick", second=set(range(0, 60, 5))),
    cron(tasks.recover, name="cron:recover", second=set(range(60))),
]
