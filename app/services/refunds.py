"""Refunds (I3): what was paid and then credited goes back, once for each credit note.

An intent is committed, the provider is asked by its id, one `settle` books what came of it.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.db.types import new_id
from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain import refunds as rules
from app.domain.errors import Conflict, NotFound, Refused
from app.domain.events import EventKind
from app.domain.ledger import Book, Transfer, TransferKind
from app.domain.payments import PaymentStatus, Source, Told, next_look
from app.domain.permissions import Actor
from app.domain.refunds import RefundStatus
from app.faults import Fault, reach
from app.models import Account, Payment, Refund
from app.payments.asking import ask_refund
from app.payments.provider import ChargeStatus, OutcomeUnknown, Provider, Refunded
from app.services import credit_notes, invoices, payments, reinstatements
from app.services.charging import LEASE
from app.services.locks import any_account_locked, time_of
from app.store import invoices as invoice_store
from app.store import leases
from app.store import payments as payment_store
from app.store import refunds as store
from app.store import settlements as settlement_store

log = structlog.get_logger()
_OUTCOMES = {
    ChargeStatus.SUCCEEDED: RefundStatus.SUCCEEDED,
    ChargeStatus.DECLINED: RefundStatus.FAILED,
}


async def refund_credit_note(
    uow: UnitOfWork, account_id: UUID, note_id: UUID, *, actor: Actor
) -> Sequence[Refund]:
    """Intend to give back what of a credit note was paid and is not given back or under way.

    Under the account's lock: two who ask at once give it back once.
    """
    account = await any_account_locked(uow, account_id)
    note = await credit_notes.get(uow, account_id, note_id)
    before = await store.of_note(uow.session, account_id, note_id)
    rest = note.refundable - sum(
        each.amount for each in before if each.status is not RefundStatus.FAILED
    )
    invoice = await invoices.get(uow, account_id, note.invoice_id)
    owed = invoice.refundable - await store.under_way(uow.session, account_id, invoice.id)
    rest = min(rest, owed)  # of what was owed back the provider may have taken some itself
    if rest <= 0:
        message = "Nothing of this credit note is owed back, or it is on its way."
        raise Refused("I3", message, field="creditNoteId")
    parts = rules.shares(rest, await store.left(uow.session, account_id, note.invoice_id))
    return [await _intend(uow, account, note_id, *part, actor=actor) for part in parts]


async def _intend(
    uow: UnitOfWork, account: Account, note_id: UUID, payment_id: UUID, amount: int, *, actor: Actor
) -> Refund:
    if await store.open_of_payment(uow.session, account.id, payment_id):
        message = "Another refund of the same payment is under way: try again when it is settled."
        raise Conflict(message, field="creditNoteId")
    refund = Refund(
        account_id=account.id,
        id=new_id(),
        payment_id=payment_id,
        credit_note_id=note_id,
        amount=amount,
        actor=actor.name,
        created_at=time_of(uow, account),
    )
    uow.session.add(refund)
    await uow.session.flush()
    uow.enqueue("drive_refund", account.id, refund_id=str(refund.id))
    return refund


async def unsettled(transactions: Transactions, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """What the janitor drives on."""
    async with transactions.begin() as uow:
        return await leases.unsettled(uow.session, "refunds", now=uow.now(), count=limit)


async def drive(
    transactions: Transactions,
    provider: Provider,
    account_id: UUID,
    refund_id: UUID,
    *,
    lease: timedelta = LEASE,
) -> None:
    """Take the lease, ask the provider, settle; who comes second finds the lease taken."""
    async with transactions.begin() as uow:
        now = uow.now()
        sent = await store.send(uow.session, account_id, refund_id, now=now, until=now + lease)
    if sent is None:
        return
    reach(Fault.REFUND_SENT)
    try:
        async with asyncio.timeout((lease // 2).total_seconds()):
            refunded = await ask_refund(provider, refund_id, sent, now=now)
    except (OutcomeUnknown, TimeoutError) as error:
        log.warning("refund.unknown", refund_id=str(refund_id), reason=str(error))
        await _give_no_answer(transactions, account_id, refund_id, sent)
        return
    reach(Fault.REFUNDED)
    async with transactions.begin() as uow:
        await settle(uow, account_id, refund_id, refunded, Source.ANSWER, fence=sent.fence)


async def _give_no_answer(
    transactions: Transactions, account_id: UUID, refund_id: UUID, sent: Any
) -> None:
    async with transactions.begin() as uow:
        until = uow.now() + next_look(sent.attempts)
        await store.mark_unknown(uow.session, account_id, refund_id, fence=sent.fence, until=until)


async def settle(
    uow: UnitOfWork,
    account_id: UUID,
    refund_id: UUID,
    refunded: Refunded,
    source: Source,
    *,
    fence: int | None = None,
) -> bool:
    """Book an outcome once; what the provider does not know yet changes nothing.

    One that was booked as given back may fail later (I3): then it is undone. Of another amount it
    is neither: a row of the same key may be one of several parts.
    """
    account = await any_account_locked(uow, account_id)
    refund = await store.for_update(uow.session, account_id, refund_id)
    if refund is None or (fence is not None and refund.fence != fence):
        return False
    before, status = refund.status, _OUTCOMES.get(refunded.status)
    if status not in rules.TRANSITIONS[before]:
        return False
    if RefundStatus.SUCCEEDED in {before, status} and refunded.amount != refund.amount:
        return False
    refund.status, refund.reference = status, refunded.reference
    refund.settled_at = time_of(uow, account)
    if status is RefundStatus.FAILED:
        refund.failure_code = refunded.failure_code
    await uow.session.flush()
    await tell(uow, refund)
    if status is RefundStatus.SUCCEEDED:
        await book(uow, account, refund, Told(source, actor=refund.actor))
    elif before is RefundStatus.SUCCEEDED:
        await reinstatements.undo_refund(uow, account, refund, source)
    return True


async def give_up(uow: UnitOfWork, account: Account, refund: Refund, code: str) -> None:
    """I3: it has not gone back as it was meant to; what has is booked as what it is."""
    refund.status, refund.failure_code = RefundStatus.FAILED, code
    refund.settled_at = time_of(uow, account)
    await uow.session.flush()
    await tell(uow, refund)


async def tell(uow: UnitOfWork, refund: Refund) -> None:
    """Of one that is settled, however."""
    payment = await payments.get(uow, refund.account_id, refund.payment_id)
    about = {
        "refund_id": refund.id,
        "payment_id": refund.payment_id,
        "invoice_id": payment.invoice_id,
        "credit_note_id": refund.credit_note_id,
        "amount": refund.amount,
    }
    if refund.status is RefundStatus.SUCCEEDED:
        uow.tell(EventKind.REFUND_SUCCEEDED, refund.account_id, **about)
    else:
        code = refund.failure_code
        uow.tell(EventKind.REFUND_FAILED, refund.account_id, **about, failure_code=code)


async def book(uow: UnitOfWork, account: Account, refund: Refund, told: Told) -> None:
    """It is owed back no more. A payment of which nothing is left is REFUNDED."""
    now = time_of(uow, account)
    transfer = Transfer(
        Book.REFUNDS, Book.CLEARING, refund.amount, TransferKind.REFUND_PAID, refund.id, now
    )
    await invoices.post_transfers(uow, account.id, [transfer])
    payment = await payment_store.for_update(uow.session, account.id, refund.payment_id)
    if payment is None or payment.invoice_id is None:
        raise LookupError(refund.payment_id)
    invoice = await invoice_store.get(uow.session, account.id, payment.invoice_id)
    if invoice is None:
        raise LookupError(payment.invoice_id)
    payment.unconfirmed += 1
    invoice.paid -= refund.amount
    invoice.refundable -= refund.amount
    await uow.session.flush()
    await finish(uow, payment, told)


async def finish(uow: UnitOfWork, payment: Payment, told: Told) -> None:
    if await store.given_back(uow.session, payment.account_id, payment.id) == payment.amount:
        await settlement_store.step(uow.session, payment, PaymentStatus.REFUNDED, told, uow.now())
        await uow.session.flush()


async def get(uow: UnitOfWork, account_id: UUID, refund_id: UUID) -> Refund:
    refund = await store.get(uow.session, account_id, refund_id)
    if refund is None:
        raise NotFound("refund", field="id")
    return refund
