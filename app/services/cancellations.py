"""A subscription ends when what was paid for ends, unless somebody thinks better of it."""

from datetime import date
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import Conflict
from app.domain.periods import local_date
from app.domain.permissions import Actor
from app.domain.plan_changes import SubscriptionChangeKind
from app.domain.subscriptions import Following
from app.domain.users import clean_reason
from app.models import Account, Subscription
from app.services import subscriptions
from app.services.debts import wake_closed
from app.services.locks import account_locked, time_of
from app.services.subscription_changes import remember
from app.store import subscriptions as store


async def cancel_subscription(
    uow: UnitOfWork, account_id: UUID, *, actor: Actor, reason: str | None = None
) -> Account:
    """L5, L6: nothing is renewed and nothing refunded. The cut-off at the term's end bills what
    is unbilled, the true-up and the debt, and closes the account; a trial is closed at once, and
    what it owes for usage is on an invoice of the next 1st (M7)."""
    why = clean_reason(reason)
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    row, _ = await store.with_plan(uow.session, account_id)
    if row.ends_on is not None:
        raise Conflict(f"It is cancelled already and ends on {row.ends_on}.", field="accountId")
    if row.current is None or row.current.upper is None:
        today = local_date(time_of(uow, account), account.billing_timezone)
        account.status = AccountStatus.CLOSED
        account.version += 1
        _remember(uow, account, row, SubscriptionChangeKind.CLOSED, today, actor, why)
        await wake_closed(uow, [account_id])
        await uow.session.refresh(account)
        return account
    row.ends_on = row.current.upper
    _remember(uow, account, row, SubscriptionChangeKind.CANCELLED, row.ends_on, actor, why)
    return account


async def resume_subscription(
    uow: UnitOfWork, account_id: UUID, *, actor: Actor, reason: str | None = None
) -> Account:
    """As if it had not been cancelled: possible until the term ends."""
    why = clean_reason(reason)
    account = await account_locked(uow, account_id)
    await subscriptions.catch_up(uow, account)
    row, _ = await store.with_plan(uow.session, account_id)
    if row.ends_on is None:
        raise Conflict("It is not cancelled.", field="accountId")
    _remember(uow, account, row, SubscriptionChangeKind.RESUMED, row.ends_on, actor, why)
    row.ends_on = None
    return account


def _remember(
    uow: UnitOfWork,
    account: Account,
    row: Subscription,
    kind: SubscriptionChangeKind,
    effective_on: date,
    actor: Actor,
    reason: str | None,
) -> None:
    row.version += 1
    same = Following(row.plan_id, "", row.term)
    remember(uow, account, kind, (same, same), effective_on, actor=actor, reason=reason)
