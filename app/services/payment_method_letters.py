"""The letter of a card that ends soon, or has ended (C1: by the account's calendar)."""

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.payment_methods import has_expired
from app.domain.periods import local_date
from app.domain.wording import date_of
from app.mail.mailer import Mail
from app.services.letters import letter, payer
from app.services.locks import time_of
from app.store import payment_methods

_EXPIRING = """the {card}, which {company} pays with, can be charged until {day} and no longer.

Add its successor, or another payment method, before that: invoices and credits are charged to it
from then on.
"""
_EXPIRED = """the {card}, which {company} pays with, has expired: its last day was {day}.

Add its successor, or another payment method. Until there is one, invoices are declined, and
credits are not topped up.
"""


async def tell_card_expiring(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """None if another method is charged by now, or a later notice of this one is on its way."""
    found = await payer(uow, job)
    method = await payment_methods.default_method(
        uow.session, job.account_id, provider=uow.provider
    )
    if found is None or method is None or method.expires_on is None:
        return None
    to, account = found
    told = (str(method.id), str(method.expiry_told)) == (job.args["method_id"], job.args["days"])
    if not told or account.status is AccountStatus.CLOSED:
        return None
    day, card = date_of(method.expires_on), f"{method.brand.title()} card ending in {method.last4}"
    today = local_date(time_of(uow, account), account.billing_timezone)
    over = has_expired(method.expires_on, today)
    text = (_EXPIRED if over else _EXPIRING).format(card=card, company=to.company, day=day)
    subject = f"The {card} has expired" if over else f"The {card} expires after {day}"
    return letter(uow, job.id, to, subject, text)
