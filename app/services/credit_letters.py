"""Letters about credits: automatic top-up has stopped, why, and what brings it back (M6); and
they have fallen to where somebody wanted to hear of it (M4)."""

from uuid import UUID

import structlog

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.top_up_decisions import TopUpOutcome
from app.domain.top_ups import Refusal
from app.domain.wording import amount_of
from app.mail.mailer import Mail
from app.models import Account
from app.services import top_ups
from app.services.letters import letter, payer
from app.store import alerts
from app.store import top_ups as store

log = structlog.get_logger()
_STOPPED = """the credits of {company} are at {balance} and are not topped up automatically: {why}.

{cure}

Calls and messages that are included go on. What is paid with credits is refused when they are used
up, unless your account may go below zero.
"""
_WHY = {
    TopUpOutcome.DECLINED: "a charge of {amount} was declined, and automatic top-up is off",
    TopUpOutcome.BREAKER: "there were too many charges within ten minutes, and it is off",
    TopUpOutcome.NO_PAYMENT_METHOD: "there is no payment method to charge",
    TopUpOutcome.DAILY_CAP: "{amount} more would pass your limit of a day",
    TopUpOutcome.MONTHLY_CAP: "{amount} more would pass your limit of a month",
}
_CURE = {
    TopUpOutcome.DECLINED: "Add another payment method, or switch automatic top-up on again.",
    TopUpOutcome.BREAKER: "Look at what is being used. Switch automatic top-up on again if it is "
    "right, best with a larger amount.",
    TopUpOutcome.NO_PAYMENT_METHOD: "Add a payment method; it is charged then.",
    TopUpOutcome.DAILY_CAP: "The limit counts anew tomorrow, and has to be {amount} or more then. "
    "Raise it, or buy credits, if you need them today.",
    TopUpOutcome.MONTHLY_CAP: "The limit counts anew on the 1st, and has to be {amount} or more "
    "then. Raise it, or buy credits, if you need them before.",
}
_LOW = """the prepaid credits of {company} have fallen to {balance}. You asked to hear of it at
{threshold}.

They pay for metered usage: automated messages, power dialing, toll-free and international lines,
look-ups, carriers' fees. {over} {next}
"""
_REFUSED = """When they are used up, new metered usage is refused; calls and texts of your agents on
local lines go on."""
_GOES_ON = """Nothing is refused when they are used up: the invoice of the next 1st asks for what
they do not cover."""
_ON = "Automatic top-up is on, and buys more at {threshold} or less."
_OFF = "Automatic top-up is off: buy credits in time, or switch it on."
_WAITS = "Automatic top-up is on, but would not charge now: {why}. Buy credits in time{cure}."
_WHY_NOT = {
    Refusal.DAILY_CAP: ("its limit of a day is used up", ", or raise the limit"),
    Refusal.MONTHLY_CAP: ("its limit of a month is used up", ", or raise the limit"),
    Refusal.NO_PAYMENT_METHOD: ("there is no payment method", ", and add a payment method"),
}
_AFTERWARDS = "Usage is paid afterwards, without automatic top-up."


async def tell_stopped(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one of who look after the money, as long as that is so."""
    found = await payer(uow, job)
    if found is None:
        return None
    to, account = found
    decision = await store.get(uow.session, job.account_id, UUID(job.args["decision_id"]))
    log.warning("top_up.stopped", account_id=str(account.id), reason=decision.outcome.value)
    amount = amount_of(decision.amount, account.currency)
    text = _STOPPED.format(
        company=to.company,
        balance=amount_of(decision.balance, account.currency),
        why=_WHY[decision.outcome].format(amount=amount),
        cure=_CURE[decision.outcome].format(amount=amount),
    )
    return letter(uow, job.id, to, "Your credits are not topped up any more", text)


async def tell_low_credits(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one who looks after the money, of the lowest threshold that was crossed."""
    found = await payer(uow, job)
    if found is None:
        return None
    to, account = found
    crossing, alert = await alerts.crossing(uow.session, account.id, UUID(job.args["crossing_id"]))
    balance = amount_of(crossing.balance, account.currency)
    unlimited = account.may_go_negative or account.post_paid_usage
    text = _LOW.format(
        company=to.company,
        balance=balance,
        threshold=amount_of(alert.threshold, account.currency),
        over=_GOES_ON if unlimited else _REFUSED,
        next=await _next(uow, account),
    )
    return letter(uow, job.id, to, f"Credits are down to {balance}", text)


async def _next(uow: UnitOfWork, account: Account) -> str:
    """M6: what the account's rule will do when the balance gets low, as things stand."""
    if account.post_paid_usage:
        return _AFTERWARDS
    look = await top_ups.look_ahead(uow, account)
    if not look.rule.enabled:
        return _OFF
    if look.refusal in _WHY_NOT:
        why, cure = _WHY_NOT[look.refusal]
        return _WAITS.format(why=why, cure=cure)
    return _ON.format(threshold=amount_of(look.rule.threshold, account.currency))
