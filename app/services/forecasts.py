"""Invoices to come, for any number of accounts: positions of now, and the invoicing function."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.forecasts import Ground, Minimums, Upcoming, conversion, in_force, upcoming
from app.domain.periods import local_date, next_cut_off
from app.domain.plans import POLICIES, BillingPolicy, Component, PriceBook, Term
from app.domain.subscriptions import Rented, Subscription, started
from app.services import positions
from app.store import accounts as account_store
from app.store import outlooks as store
from app.store import positions as position_store
from app.store import summaries

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be converted today."""

    subscription: Subscription
    rented: Sequence[Rented]
    prices: PriceBook
    tax_rate: int


Outlook = Ground | Trial


def invoice(outlook: Outlook, on: date) -> Upcoming | None:
    """The first one that comes on a day or after it; of a trial, the conversion's."""
    if isinstance(outlook, Trial):
        return conversion(outlook.subscription, outlook.prices, outlook.rented, outlook.tax_rate)
    return upcoming(outlook, on)


async def outlooks(
    uow: UnitOfWork, accounts: Collection[Any], now: Mapping[UUID, datetime]
) -> dict[UUID, Outlook]:
    """Of each account at its own time; one that is over and owes nothing has none. One read for
    all of them, and a few more if some are trials or over."""
    open_ = [row for row in accounts if not _is_over(row)]
    over = [row.id for row in accounts if _is_over(row)]
    waking = await account_store.waking(uow.session, over) if over else []
    rows = [*open_, *(row for row, _ in waking)]
    dues = [account_store.due_of(row) for row in open_ if row.next_bill_at is not None]
    dues += [
        account_store.due_of(row, next_cut_off(since, row.billing_timezone))
        for row, since in waking
    ]
    today = {row.id: local_date(now[row.id], row.billing_timezone) for row in rows}
    if not rows:
        return {}
    read = await store.read(uow.session, list(today), positions.cut_offs(dues))
    found = positions.positions(dues, read.found)
    grounds: dict[UUID, Outlook] = {
        id_: Ground(position, read.books[id_], read.minimums[id_], today[id_])
        for id_, position in found.items()
    }
    trials = [(id_, now[id_], today[id_]) for id_ in today if id_ not in found]
    rates = {row.id: row.tax_rate for row in rows}
    return grounds | await _trials(uow, trials, read.books, read.minimums, rates)


def _is_over(account: Any) -> bool:
    """A closed one that owes for usage has a next cut-off, and is not over."""
    return account.status == AccountStatus.CLOSED and account.next_bill_at is None


async def _trials(
    uow: UnitOfWork,
    trials: Sequence[tuple[UUID, datetime, date]],
    books: Mapping[UUID, PriceBook],
    minimums: Mapping[UUID, Minimums],
    rates: Mapping[UUID, int],
) -> dict[UUID, Outlook]:
    """L2: as the conversion would find them a moment from now."""
    if not trials:
        return {}
    moments = [(id_, at + A_MOMENT, day) for id_, at, day in trials]
    rows = await summaries.subscriptions(uow.session, [id_ for id_, *_ in trials])
    people = await position_store.billable_since(uow.session, moments)
    add_ons = await position_store.add_ons(uow.session, moments)
    found: dict[UUID, Outlook] = {}
    for id_, _, day in trials:
        floor = in_force(minimums[id_], day)
        rented = [Rented(Component.LICENSE, len(people.get(id_, ())), minimum=floor)]
        rented += [Rented(*each) for each in add_ons.get(id_, {}).items()]
        found[id_] = Trial(_begun(rows[id_], day), rented, books[id_], rates[id_])
    return found


def _begun(row: Any, today: date) -> Subscription:
    policy = POLICIES[BillingPolicy(row.billing_policy)]
    return started(row.plan_id, row.plan_name, Term(row.term), today, prorates=policy.prorates)
