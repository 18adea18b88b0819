"""The flight recorder of automatic top-up (M6): each decision once, and the admins told once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.periods import midnight, month_of
from app.domain.top_up_decisions import WAITING, Look, TopUpOutcome, TopUpTrigger, folds
from app.models import Account, Payment, TopUpDecision, TopUpRerun
from app.services.locks import time_of
from app.services.notices import tell
from app.store import top_ups as store


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody looks: after the settlement of a payment, say, or by an operator's order."""

    trigger: TopUpTrigger
    payment_id: UUID | None = None
    rerun: TopUpRerun | None = None


async def record(
    uow: UnitOfWork,
    account: Account,
    cause: Cause,
    look: Look,
    *,
    payment: Payment | None,
    stopped: bool,
) -> TopUpDecision:
    """A row of its own, or one more look of the last row: see `folds`."""
    now = time_of(uow, account)
    last = await store.last(uow.session, account.id)
    outcome, steps = look.decided
    if last is not None and folds(cause.trigger, look.kept, outcome, last):
        known = last.triggers.get(cause.trigger, 0)
        last.triggers = {**last.triggers, cause.trigger: known + 1}
        last.last_at, last.last_balance = max(last.last_at, now), look.balance
        return last
    row = TopUpDecision(
        account_id=account.id,
        id=new_id(),
        number=1 if last is None else last.number + 1,
        episode=look.episode,
        trigger=cause.trigger,
        outcome=outcome,
        balance=look.balance,
        amount=steps * look.rule.amount,
        seen=look.kept,
        payment_id=look.payment_id if payment is None else payment.id,
        rerun_id=cause.rerun.id if cause.rerun else None,
        actor=cause.rerun.actor if cause.rerun else None,
        reason=cause.rerun.reason if cause.rerun else None,
        told=stopped or await _is_news(uow, account, look, outcome),
        at=now,
        triggers={cause.trigger: 1},
        last_at=now,
        last_balance=look.balance,
    )
    uow.session.add(row)
    await uow.session.flush()
    if row.told:
        await tell(uow, "tell_top_up_stopped", {account.id: {"decision_id": str(row.id)}})
    return row


async def _is_news(uow: UnitOfWork, account: Account, look: Look, outcome: TopUpOutcome) -> bool:
    """One notice for each stop: at a cap one for its day or month, without a card one in all."""
    if outcome not in WAITING:
        return False
    since = _cap_began(account, look, outcome)
    return not await store.was_told(
        uow.session, account.id, outcome, since=since, episode=look.episode
    )


def _cap_began(account: Account, look: Look, outcome: TopUpOutcome) -> datetime:
    first = month_of(look.day).start if outcome is TopUpOutcome.MONTHLY_CAP else look.day
    return midnight(first, account.billing_timezone)
