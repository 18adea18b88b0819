"""The letters about payments (I6): written when they go out, for the state of that moment.

What is said of money is what is due then; a letter that has become untrue is not sent.
"""

from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.accounts import AccountStatus
from app.domain.declines import explained
from app.domain.invoice_states import COLLECTED, due
from app.domain.invoices import InvoiceStatus
from app.domain.wording import amount_of, invoice_number, moment_of
from app.mail.mailer import Mail
from app.models import Account, Invoice, Payment
from app.services.letters import letter, payer
from app.services.locks import time_of
from app.store import invoices, payments

_DECLINED = """the payment of {amount} for invoice {number} of {company} was declined: {why}.

{next}

{cure}
"""
_AGAIN = "It is tried again by itself on {moment}."
_NEVER = "It is not tried again by itself."
_PAST_DUE = """invoice {number} of {company} is past due. {amount} could not be collected: {why}.
{next}{total}

{cure} An invoice can also be paid with the method that you have: choose Pay on it.
{stays}"""
_PAST_DUE_WITHOUT = """invoice {number} of {company} is past due. {amount} could not be collected:
there is no payment method.{total}

Add one: what is due is charged to it at once.
{stays}"""
_TOTAL = " In all, {total} on {number} invoices are past due."
_STAYS = """
Nothing is switched off: your users keep their states, log in, call and text as before.
"""
_RECOVERED = """thank you: nothing of {company} is past due any more. Every invoice that was is
settled, and there is nothing to do.
"""


async def tell_declined(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """None if something else came of the invoice since, or is about to."""
    found, payment = await payer(uow, job), await _payment(uow, job)
    invoice = await _invoice(uow, payment)
    if found is None or payment is None or invoice is None:
        return None
    to, account = found
    if not await _is_news(uow, account, invoice, payment):
        return None
    said, again = explained(payment.decline_code or ""), invoice.next_attempt_at
    then = _AGAIN.format(moment=moment_of(again, account.billing_timezone)) if again else _NEVER
    number = invoice_number(invoice.number)
    text = _DECLINED.format(
        amount=amount_of(payment.amount, account.currency),
        number=number,
        company=to.company,
        why=said.why,
        next=then,
        cure=said.cure,
    )
    return letter(uow, job.id, to, f"The payment of {number} was declined", text)


async def _is_news(uow: UnitOfWork, account: Account, invoice: Invoice, payment: Payment) -> bool:
    """As long as it is the last attempt, and the next one is not due yet."""
    last = await payments.last_of_invoice(uow.session, account.id, invoice.id)
    again = invoice.next_attempt_at
    waits = again is None or again > time_of(uow, account)
    return invoice.status in COLLECTED and last is not None and last.id == payment.id and waits


async def tell_past_due(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """None if it was paid, voided or given up since."""
    found = await payer(uow, job)
    owed = await invoices.with_status(uow.session, job.account_id, InvoiceStatus.PAST_DUE)
    invoice = next((each for each in owed if str(each.id) == job.args["invoice_id"]), None)
    if found is None or invoice is None:
        return None
    to, account = found
    payment = await _payment(uow, job)
    said = explained(payment.decline_code or "") if payment else None
    total = amount_of(sum(map(due, owed)), account.currency)
    number = invoice_number(invoice.number)
    text = (_PAST_DUE if said else _PAST_DUE_WITHOUT).format(
        number=number,
        company=to.company,
        amount=amount_of(due(invoice), account.currency),
        why=said and said.why,
        next="" if invoice.next_attempt_at else _NEVER,
        cure=said and said.cure,
        total=_TOTAL.format(total=total, number=len(owed)) if len(owed) > 1 else "",
        stays=_STAYS if account.status is not AccountStatus.CLOSED else "",
    )
    return letter(uow, job.id, to, f"{number} is past due", text)


async def tell_recovered(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """None if something is past due again; or was given up, for that is owed still."""
    found = await payer(uow, job)
    if found is None or found[1].status is not AccountStatus.PAID:
        return None
    to, account = found
    if await invoices.with_status(uow.session, account.id, InvoiceStatus.UNCOLLECTIBLE):
        return None
    text = _RECOVERED.format(company=to.company)
    return letter(uow, job.id, to, "Nothing is past due any more", text)


async def _payment(uow: UnitOfWork, job: OutboxJob) -> Payment | None:
    found = job.args.get("payment_id")
    return await payments.get(uow.session, job.account_id, UUID(found)) if found else None


async def _invoice(uow: UnitOfWork, payment: Payment | None) -> Invoice | None:
    if payment is None or payment.invoice_id is None:
        return None
    return await invoices.get(uow.session, payment.account_id, payment.invoice_id)
