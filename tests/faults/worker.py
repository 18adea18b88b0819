"""The workers as they are, in a hurry: what they wait minutes for takes seconds here."""

from datetime import timedelta

from arq import cron

from app.domain import payments
from app.domain import provider_events as events
from app.services import outbox, provider_events, refunds, run_work, runs, settlements
from workers import tasks
from workers.settings import WorkerSettings

__all__ = ["WorkerSettings"]
LEASE = timedelta(seconds=3)

outbox.PATIENCE = timedelta(seconds=2)
payments.LOOKS = (timedelta(seconds=1),) * len(payments.LOOKS)  # type: ignore[assignment]
settlements.drive.__kwdefaults__["lease"] = LEASE  # type: ignore[index]
refunds.drive.__kwdefaults__["lease"] = LEASE  # type: ignore[index]
events.WAITS = (LEASE,) * len(events.WAITS)  # type: ignore[assignment]
provider_events.WAITS = events.WAITS  # type: ignore[attr-defined]
runs.LEASE = LEASE
run_work.LEASE = LEASE  # type: ignore[attr-defined]
WorkerSettings.cron_jobs = [
    cron(tasks.tick, name="cron:tick", second=set(range(0, 60, 5))),
    cron(tasks.recover, name="cron:recover", second=set(range(60))),
]
