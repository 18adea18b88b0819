"""Usage (M3, M4): the rates of accounts, and the gate before spending."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import NotFound, Refused
from app.domain.money import Micros
from app.domain.periods import local_date, midnight
from app.domain.plan_changes import PlanHistory
from app.domain.usage import Cell, RateCard, Rated, UsageEvent, check_event, rate
from app.models import Account
from app.services.locks import time_of
from app.store import accounts as account_store
from app.store import credits as credit_store
from app.store import plans as plan_store
from app.store import subscriptions as subscription_store


@dataclass(frozen=True, slots=True)
class Rates:
    """M3: the card of the plan that the account had when the event happened."""

    plans: PlanHistory
    cards: Mapping[str, RateCard]

    def rate(self, event: UsageEvent, *, field: str) -> Rated:
        return rate(event, self.cards[self.plans.at(event.happened_at)], field=field)


async def rates_of(uow: UnitOfWork, accounts: Iterable[Account]) -> dict[UUID, Rates]:
    return {each.id: await _rates(uow, each) for each in accounts}


async def _rates(uow: UnitOfWork, account: Account) -> Rates:
    """C5: the plan of the next term counts from its 1st on, although that is not billed yet."""
    row, _ = await subscription_store.with_plan(uow.session, account.id)
    history = await subscription_store.plan_history(uow.session, row)
    if row.next_plan_id and row.ends_on is None and row.current and row.current.upper:
        history = history.then(
            midnight(row.current.upper, account.billing_timezone), row.next_plan_id
        )
    plans = {history.first, *(plan for _, plan in history.changes)}
    return Rates(history, await plan_store.rate_cards(uow.session, plans))


async def _open_account(uow: UnitOfWork, account_id: UUID) -> Account:
    """C5: a cancelled one is over when its term is, also if the run that closes it is late."""
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
class Authorization:
    """M4: yes with the balance that would be left, or no with a reason."""

    allowed: bool
    cost: Micros
    projected_balance: Micros
    reason: str | None = None


async def authorize_usage(
    uow: UnitOfWork, account_id: UUID, cell: Cell, quantity: int
) -> Authorization:
    """The gate before spending; nothing is posted or held. What is included always passes."""
    account = await _open_account(uow, account_id)
    rates = await _rates(uow, account)
    event = UsageEvent("estimate", *cell, quantity, happened_at=time_of(uow, account))
    check_event(event, field="usage", now=event.happened_at)
    rated = rates.rate(event, field="usage")
    balance = (await credit_store.get(uow.session, account_id)).balance
    projected = balance - rated.amount
    free = rated.amount == 0 or account.may_go_negative or account.post_paid_usage
    allowed = free or projected >= 0
    reason = None if allowed else "INSUFFICIENT_CREDITS"
    return Authorization(allowed, rated.amount, projected, reason)
