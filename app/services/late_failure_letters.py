"""The letter of a payment that was taken back after it had succeeded (I6)."""

from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.invoices import InvoiceStatus
from app.domain.payments import Purpose
from app.domain.wording import amount_of, invoice_number
from app.mail.mailer import Mail
from app.models import Account, LateFailure, Payment
from app.services.letters import letter, payer
from app.store import invoices

_LETTER = """your bank or card company has taken back {amount} that {company} had paid.

{what}

Nobody is charged again by itself. If you did not dispute this payment, ask your bank.
"""
_INVOICE = """Invoice {number} is past due again. Pay it with this or another card. Your
people keep their states."""
_GIVEN_UP = """Invoice {number} is not paid after all. It can still be paid, with this or another
card."""
_OWED_BACK = """We owed it back anyway: invoice {number} stays paid."""
_FROM_CREDITS = """Invoice {number} had been paid otherwise, so {credits} of it had become prepaid
credits: they are less by that."""
_CREDITS = """It had bought prepaid credits: they are less by this amount. A balance below zero is
put on the invoice of the next 1st. Automatic top-up has stopped, if it was on."""

_OF = {InvoiceStatus.UNCOLLECTIBLE: _GIVEN_UP, InvoiceStatus.PAID: _OWED_BACK}


async def tell_taken_back(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one of who look after the money."""
    found = await payer(uow, job)
    if found is None:
        return None
    to, account = found
    failure_id = UUID(job.args["late_failure_id"])
    failure = await uow.session.get_one(LateFailure, (account.id, failure_id))
    payment = await uow.session.get_one(Payment, (account.id, failure.payment_id))
    amount = amount_of(failure.amount, account.currency)
    text = _LETTER.format(
        amount=amount, company=to.company, what=await _what(uow, account, payment, failure)
    )
    return letter(uow, job.id, to, f"A payment of {amount} was taken back", text)


async def _what(uow: UnitOfWork, account: Account, payment: Payment, failure: LateFailure) -> str:
    if payment.purpose is not Purpose.INVOICE or payment.invoice_id is None:
        return _CREDITS
    invoice = await invoices.get(uow.session, payment.account_id, payment.invoice_id)
    if invoice is None:
        raise LookupError(payment.invoice_id)
    number = invoice_number(invoice.number)
    told = []
    if failure.from_credits:
        part = amount_of(failure.from_credits, account.currency)
        told.append(_FROM_CREDITS.format(number=number, credits=part))
    if failure.from_credits < failure.amount:
        told.append(_OF.get(invoice.status, _INVOICE).format(number=number))
    return "\n".join(told)
