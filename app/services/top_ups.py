"""Automatic top-up (M6): decided when the balance gets low, recorded, stopped if it has to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.events import EventKind
from app.domain.money import Micros
from app.domain.payments import PaymentStatus, Purpose, Source
from app.domain.periods import local_date, midnight, month_of
from app.domain.top_up_decisions import Look, TopUpOutcome, TopUpTrigger
from app.domain.top_ups import BREAKER_WINDOW, AutoTopUp, Refusal, Situation
from app.faults import Fault, reach
from app.models import Account, Payment, TopUpDecision
from app.services import auto_top_up, deferrals, runs, top_up_records
from app.services.locks import any_account_locked, time_of
from app.services.payment_intents import NewPayment, intend
from app.services.top_up_records import Cause
from app.store import payment_methods
from app.store import top_ups as store

USED, LOOKED = Cause(TopUpTrigger.USAGE), Cause(TopUpTrigger.TICK)


def cause_of(args: Mapping[str, Any]) -> Cause:
    """Of a job in the outbox; usage does not say that it is usage."""
    payment_id = args.get("payment_id")
    trigger = TopUpTrigger(args.get("trigger", TopUpTrigger.USAGE))
    return Cause(trigger, None if payment_id is None else UUID(payment_id))


async def low_accounts(transactions: Transactions, *, limit: int) -> Sequence[UUID]:
    """M6: whom the tick has to decide about: the condition is durable, no event is needed."""
    async with transactions.begin() as uow:
        return await store.low(uow.session, provider=uow.provider, count=limit)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was seen and decided; `payment` is the intent if there is one."""

    balance: Micros
    recorded: TopUpDecision
    payment: Payment | None = None

    @property
    def refusal(self) -> Refusal | None:
        return self.recorded.outcome.refusal


async def top_up_if_low(uow: UnitOfWork, account_id: UUID, cause: Cause = USED) -> Decision:
    """M6 under the account's lock; what is seen is seen at one instant after it was taken.

    Whatever settles a charge takes the same lock, so none settles between two looks. A cut-off
    that has passed comes first: its debt is asked for by its invoice (C5, M7). So do the sums of
    days that are over (M2).
    """
    account = await any_account_locked(uow, account_id)
    if account.parked_reason is None:
        await runs.bill_locked_account(uow, account)
    await deferrals.post_locked(uow, account)
    return await _decide(uow, account, cause)


async def _decide(
    uow: UnitOfWork, account: Account, cause: Cause, *, stopped: bool = False
) -> Decision:
    look = await _look(uow, account, cause)
    outcome, steps = look.decided
    payment = None
    if outcome is TopUpOutcome.CHARGED and look.method_id is not None:
        new = NewPayment(
            look.method_id,
            Purpose.TOP_UP,
            look.rule.amount * steps,
            step_amount=look.rule.amount,
            episode=look.episode,
            source=Source.WORKER,
        )
        payment = await intend(uow, account, new)
        started = {"payment_id": payment.id, "amount": payment.amount}
        uow.tell(EventKind.TOP_UP_STARTED, account.id, **started)
    elif outcome is TopUpOutcome.BREAKER:
        stopped = await auto_top_up.stop(uow, account.id, Refusal.BREAKER)
    recorded = await top_up_records.record(
        uow, account, cause, look, payment=payment, stopped=stopped
    )
    reach(Fault.TOP_UP_DECIDED)
    return Decision(look.balance, recorded, payment)


async def _look(uow: UnitOfWork, account: Account, cause: Cause) -> Look:
    now = time_of(uow, account)
    today = local_date(now, account.billing_timezone)
    row = await store.seen(
        uow.session,
        account.id,
        provider=uow.provider,
        day=midnight(today, account.billing_timezone),
        month=midnight(month_of(today).start, account.billing_timezone),
        lately=now - BREAKER_WINDOW,
    )
    situation = Situation(
        balance=row.balance,
        charged_today=row.today,
        charged_this_month=row.this_month,
        recent=row.recent,
        open_charge=PaymentStatus(row.open_status) if row.open_status else None,
        has_method=row.method_id is not None,
        post_paid=account.post_paid_usage,
        closed=account.status is AccountStatus.CLOSED,
        retry=cause.rerun is not None,
    )
    rule = AutoTopUp(
        row.enabled,
        row.threshold,
        row.amount,
        row.daily_cap,
        row.monthly_cap,
        Refusal(row.stopped_reason) if row.stopped_reason else None,
    )
    payment_id = row.open_id or cause.payment_id
    return Look(rule, situation, row.episode, today, row.method_id, payment_id)


async def look_ahead(uow: UnitOfWork, account: Account) -> Look:
    """What would be seen if the balance were at the threshold now; nothing is decided."""
    look = await _look(uow, account, LOOKED)
    low = min(look.balance, look.rule.threshold)
    return replace(look, now=replace(look.now, balance=low))


async def after_success(uow: UnitOfWork, account: Account, payment: Payment) -> None:
    """M6: look again; a rule that an operator's rerun has brought to charge again is on again."""
    if payment.purpose is Purpose.TOP_UP:
        await auto_top_up.resume(uow, account)
    cause = {"trigger": TopUpTrigger.SETTLED, "payment_id": str(payment.id)}
    uow.enqueue("top_up", account.id, **cause)


async def after_decline(uow: UnitOfWork, account: Account, payment: Payment) -> None:
    """M6: a decline switches automatic top-up off, with its reason, until something changes.

    What somebody has switched off meanwhile stays off, and a card that has changed is tried.
    """
    if await payment_methods.has_other_method(uow.session, payment, provider=uow.provider):
        uow.enqueue("top_up", account.id, trigger=TopUpTrigger.METHOD)
        return
    stopped = await auto_top_up.stop(uow, account.id, Refusal.DECLINED)
    await _decide(uow, account, Cause(TopUpTrigger.SETTLED, payment.id), stopped=stopped)
