"""M4: what was posted is debited, once per account and batch, in the events' transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.ledger import TransferKind, used
from app.domain.money import Micros
from app.models import Account
from app.services import alerts, holds
from app.services.debts import wake_closed
from app.services.invoices import transfer_row
from app.services.locks import time_of
from app.store import credits as credit_store
from app.store import invoices as invoice_store
from app.store import outbox
from app.store.staging import Sum


async def debit(
    uow: UnitOfWork, accounts: Mapping[UUID, Account], sums: Sequence[Sum], batch_id: UUID
) -> Mapping[UUID, Micros]:
    """What each account pays now; what was reported for a hold is no longer held."""
    costs: dict[UUID, Micros] = {}
    for each in sums:
        costs[each.account_id] = costs.get(each.account_id, 0) + each.cost
    metered = {account_id: cost for account_id, cost in costs.items() if cost}
    if metered:
        rows = [
            transfer_row(account_id, each)
            for account_id, cost in metered.items()
            for each in used(cost, TransferKind.USAGE, batch_id, time_of(uow, accounts[account_id]))
        ]
        await invoice_store.insert_rows(uow.session, "ledger_transfers", rows)
        await take(uow, metered)
    drawn = [(s.account_id, s.hold_id, s.cost + s.deferred) for s in sums if s.hold_id]
    await holds.draw(uow, drawn)
    return costs


async def take(
    uow: UnitOfWork, costs: Mapping[UUID, Micros], since: Mapping[UUID, datetime] | None = None
) -> None:
    """From the balances of accounts that are locked; whoever moves them writes the transfers.

    `since`: the first instant at which they are effective, if that is not now.
    """
    debited = await credit_store.debit_all(uow.session, costs)
    changes = [(id_, balance + costs[id_], balance) for id_, balance, _ in debited]
    await alerts.crossed(uow, changes)
    await wake_top_ups(uow, [account_id for account_id, _, low in debited if low])
    await wake_closed(uow, [account_id for account_id, balance, _ in debited if balance < 0], since)


async def wake_top_ups(uow: UnitOfWork, account_ids: Collection[UUID]) -> None:
    """Of accounts that are locked. One job waits at most: whoever does it locks the account first
    and so sees all that was debited until then."""
    if account_ids:
        waiting = await outbox.waiting(uow.session, "top_up", account_ids)
        for account_id in sorted(set(account_ids) - waiting):
            uow.enqueue("top_up", account_id)
