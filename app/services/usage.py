"""Usage (M1 to M4): events are rated and debit the credits in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import BillingError, InvalidInput, NotFound, Refused
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.money import Micros
from app.domain.periods import local_date, midnight
from app.domain.plan_changes import PlanHistory
from app.domain.usage import RateCard, Rated, UsageEvent, check_event, rate
from app.models import Account
from app.services import alerts
from app.services.invoices import post_transfers
from app.services.locks import time_of
from app.store import accounts as account_store
from app.store import credits as credit_store
from app.store import plans as plan_store
from app.store import subscriptions as subscription_store
from app.store import usage as store

BATCH_LIMIT = 1_000
CLOCK_SKEW = timedelta(minutes=5)


class Disposition(StrEnum):
    """M1. RECORDED and DUPLICATE are successes; CONFLICT: the id stands for another event."""

    RECORDED = "RECORDED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one event, in the order in which they were sent."""

    event_id: str
    disposition: Disposition
    rated: Rated | None = None
    error: BillingError | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    results: list[Recorded]
    cost: Micros
    balance: Micros


async def record_usage(uow: UnitOfWork, account_id: UUID, events: Sequence[UsageEvent]) -> Batch:
    """Post what has happened: no bad neighbour (M1) and no lack of credit (M4) rejects it."""
    if not 0 < len(events) <= BATCH_LIMIT:
        raise InvalidInput(f"A batch has 1 to {BATCH_LIMIT:,} events.", field="events")
    account = await _open_account(uow, account_id)
    now = time_of(uow, account)
    good, results = await _sort_out(uow, account, events, now)
    batch_id = new_id()
    firsts = {each.event.event_id: each for each in reversed(good)}
    rated = [(each.event, each.rated) for each in firsts.values()]
    new = await store.insert_events(uow.session, account_id, batch_id, rated, posted_at=now)
    known = await store.existing(uow.session, account_id, sorted(set(firsts) - new))
    known |= {event_id: firsts[event_id].event for event_id in new}
    for each in good:
        event_id = each.event.event_id
        if event_id in new and each is firsts[event_id]:
            results[each.index] = Recorded(event_id, Disposition.RECORDED, each.rated)
        else:
            results[each.index] = _repeated(each.event, known[event_id], each.index)
    cost = sum(firsts[event_id].rated.amount for event_id in new)
    balance = await _debit(uow, account, cost, batch_id)
    return Batch([results[index] for index in range(len(events))], cost, balance)


async def _open_account(uow: UnitOfWork, account_id: UUID) -> Account:
    """Without a lock: batches of one account meet at its credits row only, for a moment.

    C5: a cancelled one is over when its term is, also if the run that closes it is late: no
    invoice would ever ask for what came after it.
    """
    account = await account_store.get(uow.session, account_id)
    if account is None:
        raise NotFound("account", field="accountId")
    row, _ = await subscription_store.with_plan(uow.session, account_id)
    today = local_date(time_of(uow, account), account.billing_timezone)
    over = row.ends_on is not None and row.ends_on <= today
    if over or account.status is AccountStatus.CLOSED:
        raise Refused("P1", "This account is closed.", field="accountId")
    return account


@dataclass(frozen=True, slots=True)
class _Good:
    index: int
    event: UsageEvent
    rated: Rated


async def _sort_out(
    uow: UnitOfWork, account: Account, events: Sequence[UsageEvent], now: datetime
) -> tuple[list[_Good], dict[int, Recorded]]:
    """The events that can be rated, and by index what is to be said of the others."""
    rates = await _rates(uow, account)
    people = await store.known_users(uow.session, account.id, [e.user_id for e in events])
    good: list[_Good] = []
    results: dict[int, Recorded] = {}
    for index, event in enumerate(events):
        try:
            rated = _rate(event, rates, people, field=f"events.{index}", now=now)
        except BillingError as error:
            results[index] = Recorded(event.event_id, Disposition.INVALID, error=error)
        else:
            good.append(_Good(index, event, rated))
    return good, results


@dataclass(frozen=True, slots=True)
class _Rates:
    """M3: the card of the plan that the account had when the event happened."""

    plans: PlanHistory
    cards: Mapping[str, RateCard]

    def at(self, instant: datetime) -> RateCard:
        return self.cards[self.plans.at(instant)]


async def _rates(uow: UnitOfWork, account: Account) -> _Rates:
    """C5: the plan of the next term counts from its 1st on, although that is not billed yet."""
    row, _ = await subscription_store.with_plan(uow.session, account.id)
    history = await subscription_store.plan_history(uow.session, row)
    if row.next_plan_id and row.ends_on is None and row.current and row.current.upper:
        history = history.then(
            midnight(row.current.upper, account.billing_timezone), row.next_plan_id
        )
    plans = {history.first, *(plan for _, plan in history.changes)}
    return _Rates(history, await plan_store.rate_cards(uow.session, plans))


def _rate(
    event: UsageEvent, rates: _Rates, people: set[str], *, field: str, now: datetime
) -> Rated:
    check_event(event, field=field, now=now + CLOCK_SKEW)
    if event.user_id is not None and event.user_id not in people:
        raise NotFound("user", field=f"{field}.userId")
    return rate(event, rates.at(event.happened_at), field=field)


def _repeated(event: UsageEvent, known: UsageEvent, index: int) -> Recorded:
    """M1: the same id again is one event and a success; with another body it is refused."""
    if event == known:
        return Recorded(event.event_id, Disposition.DUPLICATE)
    error = InvalidInput(
        "This id was used for an event with another body; give each event an id of its own.",
        field=f"events.{index}.id",
    )
    return Recorded(event.event_id, Disposition.CONFLICT, error=error)


async def _debit(uow: UnitOfWork, account: Account, cost: Micros, batch_id: UUID) -> Micros:
    """M4: one debit per batch, in the events' transaction; a low balance wakes the top-up."""
    balance, low = await credit_store.debit(uow.session, account.id, cost)
    if cost:
        now = time_of(uow, account)
        transfer = Transfer(
            Book.CREDITS, Book.USAGE_REVENUE, cost, TransferKind.USAGE, batch_id, now
        )
        await post_transfers(uow, account.id, [transfer])
        await alerts.crossed(uow, [(account.id, balance + cost, balance)])
        if low:
            uow.enqueue("top_up", account.id)
    return balance
