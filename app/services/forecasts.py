"""Invoices to come, for any number of accounts: positions of now, and the invoicing function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.forecasts import Ground, Minimums, Upcoming, conversion, in_force, upcoming
from app.domain.periods import local_date, next_cut_off
from app.domain.plans import POLICIES, BillingPolicy, Component, PriceBook, Term
from app.domain.subscriptions import Rented, Subscription, started
from app.services import positions
from app.store import accounts as account_store
from app.store import plans as plan_store
from app.store import positions as store
from app.store import subscriptions as subscription_store
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


async def outlooks(uow: UnitOfWork, now: Mapping[UUID, datetime]) -> dict[UUID, Outlook]:
    """Of each account at its own time; one that is over and owes nothing has
    none. A dozen reads for any number."""
    open_ = await account_store.not_over(uow.session, list(now))
    waking = await account_store.waking(uow.session, list(now))
    rows = [*open_, *(row for row, _ in waking)]
    ids = [row.id for row in rows]
    today = {row.id: local_date(now[row.id], row.billing_timezone) for row in rows}
    books = await plan_store.price_books(uow.session, ids)
    minimums = await subscription_store.minimums(uow.session, ids)
    dues = [account_store.due_of(row) for row in open_ if row.next_bill_at is not None]
    dues += [
        account_store.due_of(row, next_cut_off(since, row.billing_timezone))
        for row, since in waking
    ]
    found = await positions.load(uow, dues) if dues else {}
    grounds: dict[UUID, Outlook] = {
        id_: Ground(position, books[id_], minimums[id_], today[id_])
        for id_, position in found.items()
    }
    trials = [(id_, now[id_], today[id_]) for id_ in ids if id_ not in found]
    rates = {row.id: row.tax_rate for row in rows}
    return grounds | await _trials(uow, trials, books, minimums, rates)


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
    people = await store.billable_since(uow.session, moments)
    add_ons = await store.add_ons(uow.session, moments)
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
