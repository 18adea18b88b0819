"""Events are kept long enough to be listed and replayed, and no longer."""

from app.db.unit_of_work import Transactions
from app.domain.webhooks import KEEP_DELIVERIES, KEEP_EVENTS
from app.store import events as store


async def forget(transactions: Transactions) -> None:
    """A webhook is kept longer than its event only where that was replayed when it was old."""
    async with transactions.begin() as uow:
        now = uow.now()
        await store.forget(uow.session, events=now - KEEP_EVENTS, deliveries=now - KEEP_DELIVERIES)
