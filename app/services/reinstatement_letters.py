"""The letters of money that is with us again: of a failed refund (I3), of a won dispute (I6)."""

from uuid import UUID

from app.db.outbox import OutboxJob
from app.db.unit_of_work import UnitOfWork
from app.domain.wording import amount_of
from app.mail.mailer import Mail
from app.models import CreditNote, Payment, Refund, Reinstatement
from app.services.letters import letter, payer
from app.store import invoices

_FAILED = """we had given {amount} back to the card of {company} for credit note {note}, and your
bank has sent it back to us: {why}.

We owe it to you as before, and are told of it too. Ask us how you want to have it if that card can
no longer be used.
"""
_NOT_GIVEN = """we had given {amount} back to the card of {company} for prepaid credits, and your
bank has sent it back to us: {why}.

You have the credits again as before.
"""
_RETURNED = """your bank or card company had taken back {amount} that {company} had paid, and has
returned it to us.

{what}
"""
_PAYS = """Invoice {number} counts as paid by it again."""
_OWED_BACK = """It belongs to what we owe back of invoice {number}."""
_CREDITS = """{credits} of it are prepaid credits: nothing else asks for them."""


async def tell_reinstated(uow: UnitOfWork, job: OutboxJob, _: str) -> Mail | None:
    """To one of who look after the money; None of a refund that was given again since."""
    found = await payer(uow, job)
    if found is None:
        return None
    to, account = found
    key = (account.id, UUID(job.args["reinstatement_id"]))
    row = await uow.session.get_one(Reinstatement, key)
    amount = amount_of(row.amount, account.currency)
    if row.refund_id is None:
        what = await _what(uow, row, account.currency)
        text = _RETURNED.format(amount=amount, company=to.company, what=what)
        return letter(uow, job.id, to, f"A payment of {amount} was returned to us", text)
    refund = await uow.session.get_one(Refund, (account.id, row.refund_id))
    why = (refund.failure_code or "it does not say why").replace("_", " ")
    text = _NOT_GIVEN.format(amount=amount, company=to.company, why=why)
    if refund.credit_note_id is not None:
        note = await uow.session.get_one(CreditNote, (account.id, refund.credit_note_id))
        number = f"CN-{note.number:04}"
        text = _FAILED.format(amount=amount, company=to.company, note=number, why=why)
    return letter(uow, job.id, to, f"A refund of {amount} did not arrive", text)


async def _what(uow: UnitOfWork, row: Reinstatement, currency: str) -> str:
    payment = await uow.session.get_one(Payment, (row.account_id, row.payment_id))
    said = []
    if payment.invoice_id and row.amount > row.to_credits:
        invoice = await invoices.get(uow.session, row.account_id, payment.invoice_id)
        number = f"INV-{invoice.number:04}" if invoice else ""
        pays = row.amount > row.to_credits + row.owed_back
        said += [_PAYS.format(number=number)] * pays
        said += [_OWED_BACK.format(number=number)] * bool(row.owed_back)
    if row.to_credits:
        said.append(_CREDITS.format(credits=amount_of(row.to_credits, currency)))
    return " ".join(said)
