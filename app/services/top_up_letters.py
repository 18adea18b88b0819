"""The letter of M6: automatic top-up has stopped, why, and what brings it back."""

from uuid import UUID

import structlog

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.money import show
from app.domain.top_up_decisions import TopUpOutcome
from app.domain.users import ACCESS
from app.mail.mailer import Mail
from app.services import password_links
from app.store import top_ups as store

log = structlog.get_logger()
_LETTER = """Hello {to.first_name} {to.last_name},

the credits of {to.company} are at {balance} and are not topped up automatically: {why}.

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
    "right,\nbest with a larger amount.",
    TopUpOutcome.NO_PAYMENT_METHOD: "Add a payment method; it is charged then.",
    TopUpOutcome.DAILY_CAP: "The limit counts anew tomorrow, and has to be {amount} or more then. "
    "Raise it, or\nbuy credits, if you need them today.",
    TopUpOutcome.MONTHLY_CAP: "The limit counts anew on the 1st, and has to be {amount} or more "
    "then. Raise it, or\nbuy credits, if you need them before.",
}


async def tell_stopped(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one of who look after the money, as long as that is so."""
    to = await password_links.invitee(uow, job.account_id, UUID(job.args["user_id"]))
    decision = await store.get(uow.session, job.account_id, UUID(job.args["decision_id"]))
    if not ACCESS[to.standing.status].can_log_in:
        return None
    log.warning("top_up.stopped", account_id=str(job.account_id), reason=decision.outcome.value)
    text = _LETTER.format(
        to=to,
        balance=show(decision.balance),
        why=_WHY[decision.outcome].format(amount=show(decision.amount)),
        cure=_CURE[decision.outcome].format(amount=show(decision.amount)),
    )
    subject = "Your credits are not topped up any more"
    return Mail(key=job.id, to=to.email, subject=subject, text=text, written_at=uow.now())
