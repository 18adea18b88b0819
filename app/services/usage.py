"""Usage (M4): the gate before spending."""

from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import NotFound, Refused
from app.domain.money import Micros
from app.domain.periods import local_date
from app.domain.usage import Cell, UsageEvent, check_event
from app.models import Account
from app.services.locks import time_of
from app.services.rates import rate_book
from app.store import accounts as account_store
from app.store import credits as credit_store
from app.store import subscriptions as subscription_store


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
    rates = await rate_book(uow, account_id)
    event = UsageEvent("estimate", *cell, quantity, happened_at=time_of(uow, account))
    check_event(event, field="usage", now=event.happened_at)
    rated = rates.rate(event, field="usage")
    balance = (await credit_store.get(uow.session, account_id)).balance
    projected = balance - rated.amount
    free = rated.amount == 0 or account.may_go_negative or account.post_paid_usage
    allowed = free or projected >= 0
    reason = None if allowed else "INSUFFICIENT_CREDITS"
    return Authorization(allowed, rated.amount, projected, reason)
