"""Letters: how each of them is written, and those of U6: an invitation, a link that
was asked for, a request to an administrator, the good news.

Each is written when it goes out, for the state of that moment; None if it is needed no longer.
"""

from textwrap import fill
from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Refused
from app.domain.passwords import Activation
from app.domain.users import ACCESS, Role
from app.mail.mailer import Mail
from app.models import Account
from app.services import password_links
from app.store import accounts, users
from app.store.passwords import Invitee

WIDTH = 98
_LOOK_AFTER_MONEY = frozenset({Role.BILLING_ADMIN, Role.ADMINISTRATOR})
_INVITATION = """{to.company} has made you a user. Choose your password here:

{base}/set-password#{token}

The link works once, within 24 hours. If it does not, ask an administrator of {to.company} for a
new one. If you did not expect this mail, do nothing.
"""
_REQUESTED = """Somebody has asked for a new link to choose a password at {to.company}.
If it was you, choose one here:

{base}/set-password#{token}

The link works once, within 24 hours, and older ones work no longer. If it was not you, do nothing:
your password stays as it is.
"""
_REQUEST = """{who.first_name} {who.last_name} ({who.email}) has chosen a password and asks to be
activated.

Until an administrator of {to.company} activates this user, nobody can log in with it. You find the
user under Administration > Users; choose Activate there, or do nothing.
"""
_ACTIVATED = """{to.company} has activated you. You can log in now, with the password that you have
chosen.
"""


async def invite(uow: UnitOfWork, job: OutboxJob, base: str) -> Mail | None:
    """With a fresh link, which only this letter knows; no letter to who may have none.

    Its key is the link's: a mail system that drops what it has seen must not drop a newer link.
    """
    return await _with_link(uow, job, base, _INVITATION)


async def send_requested_link(uow: UnitOfWork, job: OutboxJob, base: str) -> Mail | None:
    """The same for who has asked for it; who has not is told that nothing has happened."""
    return await _with_link(uow, job, base, _REQUESTED, requested=True)


async def _with_link(
    uow: UnitOfWork, job: OutboxJob, base: str, words: str, *, requested: bool = False
) -> Mail | None:
    account_id, user_id = job.account_id, UUID(job.args["user_id"])
    try:
        link = await password_links.new_link(uow, account_id, user_id, requested=requested)
    except Refused:
        return None
    text = words.format(to=link.person, base=base.rstrip("/"), token=link.token)
    return letter(uow, link.id, link.person, "Choose your password", text)


async def ask_to_activate(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one administrator, if that is what the user still waits for."""
    who = await password_links.invitee(uow, job.account_id, UUID(job.args["user_id"]))
    to = await receiver(uow, job, "administrator_id")
    if to is None or who.standing.activation is not Activation.AWAITING_ACTIVATION:
        return None
    subject = f"{who.first_name} {who.last_name} asks to be activated"
    return letter(uow, job.id, to, subject, _REQUEST.format(to=to, who=who))


async def tell_activated(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    to = await receiver(uow, job)
    if to is None:
        return None
    return letter(uow, job.id, to, "You can log in now", _ACTIVATED.format(to=to))


async def receiver(uow: UnitOfWork, job: OutboxJob, name: str = "user_id") -> Invitee | None:
    """Whom a letter is for, unless that person can log in no longer."""
    to = await password_links.invitee(uow, job.account_id, UUID(job.args[name]))
    return to if ACCESS[to.standing.status].can_log_in else None


async def payer(uow: UnitOfWork, job: OutboxJob) -> tuple[Invitee, Account] | None:
    """Whom a letter about money is for, and of which account, unless that person is not to know
    of it any more."""
    to = await receiver(uow, job)
    account = await accounts.get(uow.session, job.account_id)
    if to is None or account is None:
        return None
    roles = await users.roles(uow.session, job.account_id, to.user_id)
    return (to, account) if roles & _LOOK_AFTER_MONEY else None


def letter(uow: UnitOfWork, key: UUID, to: Invitee, subject: str, text: str) -> Mail:
    """With its greeting; an empty line parts paragraphs, and lines end where they are full."""
    greeting = f"Hello {to.first_name} {to.last_name},"
    paragraphs = [greeting, *text.strip().split("\n\n")]
    filled = (
        fill(each, WIDTH, break_long_words=False, break_on_hyphens=False) for each in paragraphs
    )
    body = "\n\n".join(filled) + "\n"
    return Mail(key=key, to=to.email, subject=subject, text=body, written_at=uow.now())
