"""Debts of usage (M7, M8): settled where the rule changes, and invoiced after the end too."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.charges import debt
from app.domain.ledger import clear_debt
from app.domain.periods import local_date, month_of, next_cut_off
from app.models import Account
from app.services import alerts, invoices
from app.services.locks import time_of
from app.store import credits as credit_store
from app.store import debts as store
from app.store import invoices as invoice_store


async def settle(uow: UnitOfWork, account: Account, *, post_paid: bool) -> tuple[list[UUID], UUID]:
    """Before a 1st: what usage has left unpaid becomes an unbilled charge of a locked account, and
    the balance is zero, what is below a cent by rounding.

    The charge, if there is one, and the id for whatever it was settled for: later than the
    charge's own, so that a history in that order says by which rule it was charged.
    """
    balance = (await credit_store.get(uow.session, account.id)).balance
    if balance >= 0:
        return [], new_id()
    now = time_of(uow, account)
    month = month_of(local_date(now, account.billing_timezone))
    owed = debt(balance, month, post_paid=post_paid)
    ids = await invoices.post_charges(uow, account, [owed]) if owed.amount else []
    reference = new_id()
    cleared = clear_debt(owed.amount, balance, reference, now)
    await invoices.post_transfers(uow, account.id, cleared)
    raised = await invoice_store.add_to_credits(uow.session, [(account.id, -balance)])
    await alerts.crossed(uow, raised)
    return ids, reference


async def wake_closed(
    uow: UnitOfWork, account_ids: Sequence[UUID], since: Mapping[UUID, datetime] | None = None
) -> None:
    """M7, C5: what these accounts owe is asked for on their next 1st, although they are closed.

    For whoever has debited accounts, under their locks; nothing happens to those that are open,
    owe nothing or wait for a cut-off already. `since`: when the debits became effective, if that
    is not now (M2): the 1st that follows then may have passed. Two statements for any number.
    """
    if not account_ids:
        return
    await uow.session.flush()
    found = await store.resting(uow.session, account_ids, uow.now())
    began = since or {}
    nexts = [
        (row.id, next_cut_off(began.get(row.id, row.now), row.billing_timezone)) for row in found
    ]
    if nexts:
        await store.wake(uow.session, nexts)
