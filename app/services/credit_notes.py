"""Credit notes (I3): what was billed too much is taken back, and what of it was paid is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain import credit_notes as rules
from app.domain.errors import Conflict, NotFound
from app.domain.events import EventKind
from app.domain.invoice_states import check_creditable, due, next_status
from app.domain.invoices import InvoiceStatus
from app.domain.ledger import reversed_by
from app.domain.money import Micros
from app.domain.periods import local_date
from app.domain.permissions import Actor
from app.domain.users import needed_reason
from app.models import Account, CreditNote, CreditNoteLine, Invoice
from app.services import invoices, past_due
from app.services.invoice_news import tell_status
from app.services.locks import any_account_locked, time_of
from app.store import credit_notes as store
from app.store import payments as payment_store


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """Without `lines` it is the whole rest of the invoice; of a line, None is its whole rest."""

    invoice_id: UUID
    reason: str
    lines: Sequence[tuple[UUID, Micros | None]] | None = None


async def issue_credit_note(
    uow: UnitOfWork, account_id: UUID, new: NewCreditNote, *, actor: Actor
) -> CreditNote:
    """Draw on what was billed: under the account's lock, so that two never take the same cent.

    The days stay paid for: what is held does not change (L5, I7).
    """
    reason = needed_reason(new.reason)
    account = await any_account_locked(uow, account_id)
    invoice = await invoices.get(uow, account_id, new.invoice_id)
    check_creditable(invoice)
    await check_not_in_flight(uow, invoice)
    lines = await store.lines(uow.session, account_id, invoice.id)
    taken = rules.whole(lines) if new.lines is None else rules.partial(lines, new.lines)
    note = await _note(uow, account, invoice, taken)
    note.reason, note.actor = reason, actor.name
    return await _issue(uow, account, invoice, note, taken)


async def credit_what_went_back(
    uow: UnitOfWork, account: Account, invoice: Invoice, gross: Micros, *, reason: str, actor: str
) -> CreditNote:
    """For money that is gone already: all of it had been paid, and nothing else changes."""
    check_creditable(invoice)
    lines = await store.lines(uow.session, account.id, invoice.id)
    taken = rules.given_back(lines, gross)
    note = await _note(uow, account, invoice, taken)
    note.reason, note.actor, note.refundable = reason, actor, gross
    return await _issue(uow, account, invoice, note, taken)


async def _issue(
    uow: UnitOfWork,
    account: Account,
    invoice: Invoice,
    note: CreditNote,
    taken: Sequence[rules.Credit],
) -> CreditNote:
    await _save(uow, note, taken)
    await _settle(uow, account, invoice, note)
    reversal = rules.reversal([(each.rule, each.amount, each.tax) for each in taken])
    transfers = reversed_by(reversal, note.id, note.created_at, refundable=note.refundable)
    await invoices.post_transfers(uow, account.id, transfers)
    uow.tell(
        EventKind.CREDIT_NOTE_ISSUED,
        account.id,
        credit_note_id=note.id,
        invoice_id=invoice.id,
        number=str(note.number),
        total=note.amount + note.tax,
        refundable=note.refundable,
        currency=note.currency,
    )
    return note


async def check_not_in_flight(uow: UnitOfWork, invoice: Invoice) -> None:
    """A payment that is open was intended for what is due now."""
    if await payment_store.open_for_invoice(uow.session, invoice.account_id, invoice.id):
        raise Conflict(
            "A payment of this invoice is under way: try again when it is settled.",
            field="invoiceId",
        )


async def _note(
    uow: UnitOfWork, account: Account, invoice: Invoice, taken: Sequence[rules.Credit]
) -> CreditNote:
    """The next number of a locked account (I3), from a sequence of its own."""
    account.credit_note_sequence += 1
    await uow.session.flush()
    now = time_of(uow, account)
    amount, tax = sum(each.amount for each in taken), sum(each.tax for each in taken)
    return CreditNote(
        account_id=account.id,
        id=new_id(),
        number=account.credit_note_sequence,
        invoice_id=invoice.id,
        currency=invoice.currency,
        amount=amount,
        tax=tax,
        refundable=rules.refundable(invoice, amount + tax),
        issued_on=local_date(now, account.billing_timezone),
        created_at=now,
    )


async def _save(uow: UnitOfWork, note: CreditNote, taken: Sequence[rules.Credit]) -> None:
    uow.session.add(note)
    await uow.session.flush()
    uow.session.add_all(
        CreditNoteLine(
            account_id=note.account_id,
            credit_note_id=note.id,
            charge_id=each.charge_id,
            amount=each.amount,
            tax=each.tax,
        )
        for each in taken
    )
    await uow.session.flush()


async def _settle(uow: UnitOfWork, account: Account, invoice: Invoice, note: CreditNote) -> None:
    """I4: less is due; what has nothing due is paid, and collected no more."""
    invoice.credited += note.amount + note.tax
    invoice.refundable += note.refundable
    if due(invoice) == 0:
        invoice.status = next_status(invoice.status, InvoiceStatus.PAID)
        invoice.next_attempt_at = None
        tell_status(uow, invoice)
    await uow.session.flush()
    await past_due.recover(uow, account)


async def get(uow: UnitOfWork, account_id: UUID, credit_note_id: UUID) -> CreditNote:
    note = await store.get(uow.session, account_id, credit_note_id)
    if note is None:
        raise NotFound("credit note", field="id")
    return note
