"""Debts of usage (M7): after the end of an account they are still invoiced."""

from collections.abc import Sequence
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.periods import next_cut_off
from app.store import debts as store


async def wake_closed(uow: UnitOfWork, account_ids: Sequence[UUID]) -> None:
    """M7, C5: what these accounts owe is asked for on their next 1st, although they are closed.

    For whoever has debited accounts, under their locks; nothing happens to those that are open,
    owe nothing or wait for a cut-off already. Two statements for any number of them.
    """
    if not account_ids:
        return
    await uow.session.flush()
    found = await store.resting(uow.session, account_ids, uow.now())
    nexts = [(row.id, next_cut_off(row.now, row.billing_timezone)) for row in found]
    if nexts:
        await store.wake(uow.session, nexts)
