"""Deferred posting (M2): the sums of a day are debited at its end, carriers' fees on the next day.

A sum belongs to the month of its `effective_at`, whoever posts it and however late: a bill counts
what became effective before its cut-off, posted or not, and posts it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.deferrals import BOOKED_AS, DeferralKind, effective_at
from app.domain.ledger import used
from app.domain.periods import local_date
from app.faults import Fault, reach
from app.models import Account
from app.services import debits
from app.services.invoices import transfer_row
from app.services.locks import any_account_locked, time_of
from app.store import deferrals as store
from app.store import invoices as invoice_store
from app.store.staging import Sum

FIRST = UUID(int=0)


async def add(uow: UnitOfWork, accounts: Mapping[UUID, Account], sums: Sequence[Sum]) -> None:
    """What was just recorded of accounts that are locked joins the sums of their own today."""
    found: dict[tuple[UUID, DeferralKind], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each in sums:
        for kind, amount, events in (
            (DeferralKind.CARRIER_FEE, each.fee, each.fee_events),
            (DeferralKind.INTERNATIONAL, each.deferred, each.deferred_events),
        ):
            if events:
                so_far = found[each.account_id, kind]
                found[each.account_id, kind] = so_far[0] + amount, so_far[1] + events
    if found:
        additions = [
            _addition(uow, accounts[account_id], kind, *more)
            for (account_id, kind), more in found.items()
        ]
        await store.add(uow.session, additions)


def _addition(
    uow: UnitOfWork, account: Account, kind: DeferralKind, amount: int, events: int
) -> store.Addition:
    zone = account.billing_timezone
    day = local_date(time_of(uow, account), zone)
    return store.Addition(account.id, kind, day, amount, events, effective_at(kind, day, zone))


async def due_accounts(
    transactions: Transactions, *, limit: int, after: UUID = FIRST
) -> list[UUID]:
    """Whose sums are to be posted, in order: the condition is durable, no event is needed."""
    async with transactions.begin() as uow:
        return await store.due(uow.session, now=uow.now(), after=after, count=limit)


async def post_due(transactions: Transactions, account_id: UUID) -> None:
    """Post what became effective by the account's own clock; closed or not."""
    async with transactions.begin() as uow:
        await post_locked(uow, await any_account_locked(uow, account_id))


async def post_locked(uow: UnitOfWork, account: Account) -> None:
    """The same within another use-case: a decision about credits needs their whole balance."""
    await post(uow, {account.id: time_of(uow, account)})


async def post(uow: UnitOfWork, befores: Mapping[UUID, datetime]) -> None:
    """Of accounts that are locked: debit what became effective before these instants, once.

    A sum still grows at the instant at which it becomes effective; after it, never.
    """
    taken = await store.take(uow.session, befores, uow.now()) if befores else []
    if not taken:
        return
    costs: dict[UUID, int] = defaultdict(int)
    since: dict[UUID, datetime] = {}
    rows = []
    for account_id, id_, kind, amount, at in taken:
        costs[account_id] += amount
        since[account_id] = min(since.get(account_id, at), at)
        moved = used(amount, BOOKED_AS[DeferralKind(kind)], id_, at)
        rows += [transfer_row(account_id, each) for each in moved]
    await invoice_store.insert_rows(uow.session, "ledger_transfers", rows)
    await debits.take(uow, costs, since)
    reach(Fault.DEFERRALS_POSTED)
