"""The workers as they are, in a hurry: what they wait minutes for takes seconds here."""

from datetime import datetime, timedelta

from arq import cron

from app.domain import payments
from app.domain import provider_events as events
from app.domain.spans import (
    Span,
)
from app.services import (
    charging,
    comparisons,
    deliveries,
    outbox,
    provider_events,
    reconciliation,
    refunds,
    run_work,
    runs,
)
from workers import tasks
from workers.settings import WorkerSettings

__all__ = ["WorkerSettings"]
LEASE = timedelta(seconds=3)

LAG = timedelta(seconds=1)


def short_day(done: datetime | None, first: datetime | None, now: datetime) -> Span | None:
    """From where the last one ended until a second ago, if that is some seconds."""
    start, until = done or first or now, now - LAG
    return Span(start, until) if until - start >= LEASE else None


reconciliation.next_day = short_day  # type: ignore[attr-defined]
comparisons.OVERLAP = LAG  # type: ignore[attr-defined]
outbox.PATIENCE = timedelta(seconds=2)
payments.LOOKS = (timedelta(seconds=1),) * len(payments.LOOKS)  # type: ignore[assignment]
charging.drive.__kwdefaults__["lease"] = LEASE  # type: ignore[index]
refunds.drive.__kwdefaults__["lease"] = LEASE  # type: ignore[index]
events.WAITS = (LEASE,) * len(events.WAITS)  # type: ignore[assignment]
provider_events.WAITS = events.WAITS  # type: ignore[attr-defined]
runs.LEASE = LEASE
deliveries.LEASE = LEASE
run_work.LEASE = LEASE  # type: ignore[attr-defined]
WorkerSettings.cron_jobs = [
    cron(tasks.tick, name="cron:tick", second=set(range(0, 60, 2))),
    cron(tasks.recover, name="cron:recover", second=set(range(60))),
    # a tick rings for it by a name that a killed worker blocks for as long as the longest job takes
    cron(tasks.reconcile, name="cron:reconcile", second=set(range(60))),
]
