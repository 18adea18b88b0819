"""What a refund that was made over there by hand is in our books (I3, M5)."""

from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict
from app.domain.invoice_states import CREDITABLE
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.money import Micros
from app.domain.payments import Purpose, Source, Told
from app.domain.refunds import RefundStatus
from app.domain.top_ups import Refusal
from app.models import Account, Invoice, Payment, Refund
from app.payments.provider import Refunded
from app.services import alerts, auto_top_up, credit_notes, invoices, refunds, reinstatements
from app.services.locks import time_of
from app.store import invoices as invoice_store
from app.store import payments as payment_store
from app.store import refunds as store

FIELD = "reference"


async def book(
    uow: UnitOfWork, account: Account, payment: Payment, refunded: Refunded, told: Told
) -> None:
    """One refund: of credits, or of an invoice by its credit notes; the account is locked."""
    for note_id, amount in await _parts(uow, account, payment, refunded.amount, told):
        refund = await _save(uow, account, payment, refunded, amount, told, note_id)
        if note_id is not None:
            await refunds.book(uow, account, refund, told)
            continue
        await _take_credits(uow, refund)
        locked = await _locked(uow, payment)
        locked.unconfirmed += 1
        await refunds.finish(uow, locked, told)


async def undo(
    uow: UnitOfWork, account: Account, payment: Payment, refunded: Refunded, source: Source
) -> bool:
    """I3: it has failed late, as one of ours may: each part of it; whether any was booked."""
    parts = await store.booked_by_hand(uow.session, payment, refunded.reference)
    for refund in parts:
        refund.status, refund.failure_code = RefundStatus.FAILED, refunded.failure_code
        refund.settled_at = time_of(uow, account)
        await uow.session.flush()
        await reinstatements.undo_refund(uow, account, refund, source)
    return bool(parts)


async def _locked(uow: UnitOfWork, payment: Payment) -> Payment:
    found = await payment_store.for_update(uow.session, payment.account_id, payment.id)
    if found is None:
        raise LookupError(payment.id)
    return found


async def _save(
    uow: UnitOfWork,
    account: Account,
    payment: Payment,
    refunded: Refunded,
    amount: Micros,
    told: Told,
    note_id: UUID | None,
) -> Refund:
    """A key of ours, that a restore has lost, is the id again."""
    now, key = time_of(uow, account), refunded.key
    taken = key and await store.get(uow.session, account.id, key)
    refund = Refund(
        account_id=account.id,
        id=key if key and not taken else new_id(),
        payment_id=payment.id,
        credit_note_id=note_id,
        amount=amount,
        status=RefundStatus.SUCCEEDED,
        actor=told.actor or "",
        reason=told.reason,
        reference=refunded.reference,
        created_at=now,
        settled_at=now,
    )
    uow.session.add(refund)
    await uow.session.flush()
    await refunds.tell(uow, refund)
    return refund


async def _parts(
    uow: UnitOfWork, account: Account, payment: Payment, amount: Micros, told: Told
) -> list[tuple[UUID | None, Micros]]:
    """By which credit notes it goes back: those that were owed, none for credits that its money
    has become (I6), and a new one for the rest."""
    if payment.purpose is not Purpose.INVOICE:
        return [(None, amount)]
    invoice = await _invoice(uow, payment)
    owed = invoice.refundable - await store.under_way(uow.session, account.id, invoice.id)
    parts: list[tuple[UUID | None, Micros]] = []
    rest = amount
    for note_id, left in await store.owed_by_notes(uow.session, account.id, invoice.id):
        part = min(rest, owed, left)
        if part > 0:
            parts.append((note_id, part))
            rest, owed = rest - part, owed - part
    if bought := min(rest, await store.became_credits(uow.session, payment)):
        parts.append((None, bought))
        rest -= bought
    if rest:
        if invoice.status not in CREDITABLE:
            message = f"The invoice is {invoice.status}: nothing of it can be credited."
            raise Conflict(message, field=FIELD)
        note = await credit_notes.credit_what_went_back(
            uow, account, invoice, rest, reason=told.reason or "", actor=told.actor or ""
        )
        parts.append((note.id, rest))
    return parts


async def _invoice(uow: UnitOfWork, payment: Payment) -> Invoice:
    if payment.invoice_id is None:
        raise LookupError(payment.id)
    return await invoices.get(uow, payment.account_id, payment.invoice_id)


async def _take_credits(uow: UnitOfWork, refund: Refund) -> None:
    """M5, M7: as by a late failure, below zero if they were used. Automatic top-up is switched off:
    who is given money back is not charged again unasked."""
    transfer = Transfer(
        Book.CREDITS,
        Book.CLEARING,
        refund.amount,
        TransferKind.REFUND_PAID,
        refund.id,
        refund.created_at,
    )
    await invoices.post_transfers(uow, refund.account_id, [transfer])
    fallen = await invoice_store.add_to_credits(uow.session, [(refund.account_id, -refund.amount)])
    await alerts.crossed(uow, fallen)
    await auto_top_up.stop(uow, refund.account_id, Refusal.OFF)
