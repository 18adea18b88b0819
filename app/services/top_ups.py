"""Automatic top-up (M6): decided when the balance gets low, stopped by a decline."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.errors import Refused
from app.domain.money import Micros
from app.domain.payments import Purpose
from app.domain.periods import local_date, midnight, month_of
from app.domain.top_ups import AutoTopUp, Refusal, Situation, check_auto_top_up, decide
from app.models import Account, Credits, Payment
from app.services import credits, deferrals, runs
from app.services.locks import account_locked, any_account_locked, time_of
from app.store import credits as credit_store
from app.store import payments as payment_store
from app.store import top_ups as store


def rule_of(row: Credits) -> AutoTopUp:
    return AutoTopUp(
        enabled=row.enabled,
        threshold=row.threshold,
        amount=row.amount,
        daily_cap=row.daily_cap,
        monthly_cap=row.monthly_cap,
        stopped=row.stopped_reason,
    )


async def current_rule(uow: UnitOfWork, account_id: UUID) -> AutoTopUp:
    """The rule as it is, under the account's lock, for a change of a part of it."""
    await account_locked(uow, account_id)
    return rule_of(await credit_store.get(uow.session, account_id))


async def low_accounts(transactions: Transactions, *, limit: int) -> Sequence[UUID]:
    """M6: whom the tick has to decide about: the condition is durable, no event is needed."""
    async with transactions.begin() as uow:
        return await store.low(uow.session, count=limit)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was seen and decided; `payment` is the intent if there is one."""

    balance: Micros
    refusal: Refusal | None = None
    payment: Payment | None = None


async def top_up_if_low(uow: UnitOfWork, account_id: UUID) -> Decision:
    """M6 under the account's lock: look for an open charge first, at the balance second.

    The order matters: a charge that settles in between has raised the balance that is read next.
    A cut-off that has passed comes before both: its debt is asked for by its invoice (C5, M7).
    So do the sums of days that are over (M2).
    """
    account = await any_account_locked(uow, account_id)
    if account.parked_reason is None:
        await runs.bill_locked_account(uow, account)
    await deferrals.post_locked(uow, account)
    in_flight = await payment_store.open_for_credits(uow.session, account_id) is not None
    episode = await payment_store.settled_top_ups(uow.session, account_id)
    method = await payment_store.default_method(uow.session, account_id)
    row = await credit_store.get(uow.session, account_id)
    today = local_date(time_of(uow, account), account.billing_timezone)
    day = midnight(today, account.billing_timezone)
    month = midnight(month_of(today).start, account.billing_timezone)
    situation = Situation(
        balance=row.balance,
        charged_today=await payment_store.topped_up_since(uow.session, account_id, day),
        charged_this_month=await payment_store.topped_up_since(uow.session, account_id, month),
        in_flight=in_flight,
        has_method=method is not None,
        post_paid=account.post_paid_usage,
        closed=account.status is AccountStatus.CLOSED,
    )
    decided = decide(rule_of(row), situation)
    if isinstance(decided, Refusal):
        if decided is not Refusal.OFF:  # that is a wish, and shown as one
            await store.record_refusal(
                uow.session,
                account_id,
                episode=episode,
                reason=decided,
                balance=row.balance,
                at=time_of(uow, account),
            )
        return Decision(row.balance, refusal=decided)
    if decided == 0 or method is None:
        return Decision(row.balance)
    payment = await credits.intend(
        uow, account, Purpose.TOP_UP, method.id, row.amount, steps=decided, episode=episode
    )
    return Decision(row.balance, payment=payment)


async def stop_after_decline(uow: UnitOfWork, account: Account, payment: Payment) -> None:
    """M6: a decline switches automatic top-up off, with its reason, until something changes.

    What somebody has switched off meanwhile stays off, and a card that has changed is tried.
    """
    row = await credit_store.get(uow.session, account.id)
    if await payment_store.has_other_method(uow.session, payment):
        uow.enqueue("top_up", account.id)
    elif row.enabled:
        row.enabled, row.stopped_reason = False, Refusal.DECLINED
    await store.record_refusal(
        uow.session,
        account.id,
        episode=payment.episode or 0,
        reason=Refusal.DECLINED,
        balance=row.balance,
        at=time_of(uow, account),
    )


async def allow_again(uow: UnitOfWork, account_id: UUID) -> None:
    """M6: a changed payment method switches on again what a decline had switched off."""
    row = await credit_store.get(uow.session, account_id)
    if row.stopped_reason is Refusal.DECLINED:
        row.enabled, row.stopped_reason = True, None


async def configure_auto_top_up(uow: UnitOfWork, account_id: UUID, rule: AutoTopUp) -> Credits:
    """Set the rule; switching it on forgets why it had stopped."""
    check_auto_top_up(rule)
    account = await account_locked(uow, account_id)
    if rule.enabled and account.post_paid_usage:
        raise Refused("M8", "Usage of this account is post-paid: there is nothing to top up.")
    row = await credit_store.get(uow.session, account_id)
    row.enabled, row.threshold, row.amount = rule.enabled, rule.threshold, rule.amount
    row.daily_cap, row.monthly_cap = rule.daily_cap, rule.monthly_cap
    row.stopped_reason = None
    uow.enqueue("top_up", account_id)
    return row
