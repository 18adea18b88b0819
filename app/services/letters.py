"""Letters: of U6 (an invitation, a request to an administrator, the good news), and of money.

Each is written when it goes out, for the state of that moment; None if it is needed no longer.
"""

from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Refused
from app.domain.money import show
from app.domain.passwords import Activation
from app.domain.top_ups import Refusal
from app.domain.users import ACCESS
from app.mail.mailer import Mail
from app.models import Account
from app.services import password_links, top_ups
from app.store import accounts, alerts

_INVITATION = """Hello {to.first_name} {to.last_name},

{to.company} has made you a user. Choose your password here:

{base}/set-password#{token}

The link works once, within 24 hours. If it does not, ask an administrator of {to.company} for a
new one. If you did not expect this mail, do nothing.
"""
_REQUEST = """Hello {to.first_name} {to.last_name},

{who.first_name} {who.last_name} ({who.email}) has chosen a password and asks to be activated.

Until an administrator of {to.company} activates this user, nobody can log in with it. You find the
user under Administration > Users; choose Activate there, or do nothing.
"""
_ACTIVATED = """Hello {to.first_name} {to.last_name},

{to.company} has activated you. You can log in now, with the password that you have chosen.
"""
_LOW_CREDITS = """Hello {to.first_name} {to.last_name},

the prepaid credits of {to.company} have fallen to {balance} {currency}. You asked to hear of it at
{threshold} {currency}.

They pay for metered usage: automated messages, power dialing, toll-free and international lines,
look-ups, carriers' fees. {over}
{next}
"""
_REFUSED = """When they are used up, new metered usage is refused; calls and texts of
your agents on local lines go on."""
_GOES_ON = """Nothing is refused when they are used up: the invoice of the
next 1st asks for what they do not cover."""
_ON = "Automatic top-up is on, and buys more at {threshold} {currency} or less."
_OFF = "Automatic top-up is off: buy credits in time, or switch it on."
_WAITS = "Automatic top-up is on, but would not charge now: {why}.\nBuy credits in time{cure}."
_WHY_NOT = {
    Refusal.DAILY_CAP: ("its limit of a day is used up", ", or raise the limit"),
    Refusal.MONTHLY_CAP: ("its limit of a month is used up", ", or raise the limit"),
    Refusal.NO_PAYMENT_METHOD: ("there is no payment method", ", and add a payment method"),
}
_AFTERWARDS = "Usage is paid afterwards, without automatic top-up."


async def invite(uow: UnitOfWork, job: OutboxJob, base: str) -> Mail | None:
    """With a fresh link, which only this letter knows; no letter to who may have none.

    Its key is the link's: a mail system that drops what it has seen must not drop a newer link.
    """
    try:
        link = await password_links.new_link(uow, job.account_id, UUID(job.args["user_id"]))
    except Refused:
        return None
    text = _INVITATION.format(to=link.person, base=base.rstrip("/"), token=link.token)
    return _letter(uow, link.id, link.person.email, "Choose your password", text)


async def ask_to_activate(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one administrator, if that is what the user still waits for."""
    who = await password_links.invitee(uow, job.account_id, UUID(job.args["user_id"]))
    to = await password_links.invitee(uow, job.account_id, UUID(job.args["administrator_id"]))
    waits = who.standing.activation is Activation.AWAITING_ACTIVATION
    if not waits or not ACCESS[to.standing.status].can_log_in:
        return None
    subject = f"{who.first_name} {who.last_name} asks to be activated"
    return _letter(uow, job.id, to.email, subject, _REQUEST.format(to=to, who=who))


async def tell_activated(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    to = await password_links.invitee(uow, job.account_id, UUID(job.args["user_id"]))
    if not ACCESS[to.standing.status].can_log_in:
        return None
    return _letter(uow, job.id, to.email, "You can log in now", _ACTIVATED.format(to=to))


async def tell_low_credits(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one who looks after the money, of the lowest threshold that was crossed."""
    to = await password_links.invitee(uow, job.account_id, UUID(job.args["user_id"]))
    if not ACCESS[to.standing.status].can_log_in:
        return None
    crossing, alert = await alerts.crossing(
        uow.session, job.account_id, UUID(job.args["crossing_id"])
    )
    account = await accounts.get(uow.session, job.account_id)
    if account is None:
        return None
    unlimited = account.may_go_negative or account.post_paid_usage
    text = _LOW_CREDITS.format(
        to=to,
        balance=show(crossing.balance),
        threshold=show(alert.threshold),
        currency=account.currency,
        over=_GOES_ON if unlimited else _REFUSED,
        next=await _next(uow, account),
    )
    subject = f"Credits are down to {show(crossing.balance)} {account.currency}"
    return _letter(uow, job.id, to.email, subject, text)


async def _next(uow: UnitOfWork, account: Account) -> str:
    """M6: what the account's rule will do when the balance gets low, as things stand."""
    if account.post_paid_usage:
        return _AFTERWARDS
    look = await top_ups.look_ahead(uow, account)
    if not look.rule.enabled:
        return _OFF
    refusal = look.refusal
    if refusal in _WHY_NOT:
        why, cure = _WHY_NOT[refusal]
        return _WAITS.format(why=why, cure=cure)
    return _ON.format(threshold=show(look.rule.threshold), currency=account.currency)


def _letter(uow: UnitOfWork, key: UUID, to: str, subject: str, text: str) -> Mail:
    return Mail(key=key, to=to, subject=subject, text=text, written_at=uow.now())
