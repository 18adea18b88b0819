"""The letter of a payment that was taken back after it had succeeded (I6)."""

from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.money import show
from app.domain.payments import Purpose
from app.domain.users import ACCESS
from app.mail.mailer import Mail
from app.models import LateFailure, Payment
from app.services import password_links
from app.store import accounts, invoices

_LETTER = """Hello {to.first_name} {to.last_name},

your bank or card company has taken back {amount} {currency} that {to.company} had paid.

{what}

Nobody is charged again by itself. If you did not dispute this payment, ask your bank.
"""
_INVOICE = """Invoice INV-{number:04} is past due again. Pay it with this or another card. Your
people keep their states."""
_CREDITS = """It had bought prepaid credits: they are less by this amount. A balance below zero is
put on the invoice of the next 1st. Automatic top-up has stopped, if it was on."""


async def tell_taken_back(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one of who look after the money."""
    to = await password_links.invitee(uow, job.account_id, UUID(job.args["user_id"]))
    if not ACCESS[to.standing.status].can_log_in:
        return None
    failure_id = UUID(job.args["late_failure_id"])
    failure = await uow.session.get_one(LateFailure, (job.account_id, failure_id))
    payment = await uow.session.get_one(Payment, (job.account_id, failure.payment_id))
    account = await accounts.get(uow.session, job.account_id)
    text = _LETTER.format(
        to=to,
        amount=show(failure.amount),
        currency=account.currency if account else "",
        what=await _what(uow, payment),
    )
    subject = f"A payment of {show(failure.amount)} was taken back"
    return Mail(key=job.id, to=to.email, subject=subject, text=text, written_at=uow.now())


async def _what(uow: UnitOfWork, payment: Payment) -> str:
    if payment.purpose is not Purpose.INVOICE or payment.invoice_id is None:
        return _CREDITS
    invoice = await invoices.get(uow.session, payment.account_id, payment.invoice_id)
    return _INVOICE.format(number=invoice.number if invoice else 0)
