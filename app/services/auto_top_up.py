"""The rule of automatic top-up (M6): set by people, stopped by what must not go on."""

from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Refused
from app.domain.events import EventKind
from app.domain.top_up_decisions import TopUpTrigger
from app.domain.top_ups import LIFTED, AutoTopUp, Refusal, check_auto_top_up
from app.models import Account, Credits
from app.services.locks import account_locked, time_of
from app.store import credits as store
from app.store import payment_methods


async def current_rule(uow: UnitOfWork, account_id: UUID) -> AutoTopUp:
    """The rule as it is, under the account's lock, for a change of a part of it."""
    await account_locked(uow, account_id)
    row = await store.get(uow.session, account_id)
    return AutoTopUp(
        enabled=row.enabled,
        threshold=row.threshold,
        amount=row.amount,
        daily_cap=row.daily_cap,
        monthly_cap=row.monthly_cap,
        stopped=row.stopped_reason,
    )


async def configure_auto_top_up(uow: UnitOfWork, account_id: UUID, rule: AutoTopUp) -> Credits:
    """Set the rule; switching it on forgets why it had stopped, and closes the breaker."""
    check_auto_top_up(rule)
    account = await account_locked(uow, account_id)
    if rule.enabled and account.post_paid_usage:
        raise Refused("M8", "Usage of this account is post-paid: there is nothing to top up.")
    row = await store.get(uow.session, account_id)
    if rule.enabled:
        _close_breaker(uow, account, row)
    row.enabled, row.threshold, row.amount = rule.enabled, rule.threshold, rule.amount
    row.daily_cap, row.monthly_cap = rule.daily_cap, rule.monthly_cap
    row.stopped_reason = None
    uow.enqueue("top_up", account_id, trigger=TopUpTrigger.RULE)
    return row


NO_METHOD = (
    "There is no payment method: nothing is charged until one is added (addPaymentMethod); a "
    "balance that is low is topped up then."
)


async def notes(uow: UnitOfWork, account_id: UUID, rule: AutoTopUp) -> list[str]:
    """M6: what a rule that is on still lacks."""
    session, provider = uow.session, uow.provider
    if not rule.enabled or await payment_methods.default_method(
        session, account_id, provider=provider
    ):
        return []
    return [NO_METHOD]


async def stop(uow: UnitOfWork, account_id: UUID, reason: Refusal) -> bool:
    """Whether it was on: what is off already stays off, for the reason that it has."""
    row = await store.get(uow.session, account_id)
    if was_on := row.enabled:
        row.enabled, row.stopped_reason = False, reason
        uow.tell(EventKind.TOP_UP_STOPPED, account_id, reason=reason)
    return was_on


async def resume(uow: UnitOfWork, account: Account) -> None:
    """Switch on what a decline or the breaker had stopped; what somebody wanted stays as it is."""
    row = await store.get(uow.session, account.id)
    if row.stopped_reason in LIFTED:
        _close_breaker(uow, account, row)
        row.enabled, row.stopped_reason = True, None


async def allow_again(uow: UnitOfWork, account: Account) -> None:
    """M6: a changed payment method switches on again what a decline had switched off.

    It is no answer to the breaker.
    """
    row = await store.get(uow.session, account.id)
    if row.stopped_reason is Refusal.DECLINED:
        await resume(uow, account)
    uow.enqueue("top_up", account.id, trigger=TopUpTrigger.METHOD)


def _close_breaker(uow: UnitOfWork, account: Account, row: Credits) -> None:
    if row.stopped_reason is Refusal.BREAKER:
        row.resumed_at = time_of(uow, account)
