"""How payments are driven to the provider (P1 to P4 of the invariants).

It is asked with no transaction open, by a key that is the payment's id for ever; what it answers is
settled."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.unit_of_work import Transactions
from app.domain.events import EventKind
from app.domain.payments import (
    Outcome,
    PaymentStatus,
    next_look,
)
from app.faults import Fault, reach
from app.payments.asking import ask
from app.payments.provider import ACCOUNT, Charge, ChargeStatus, Order, OutcomeUnknown, Provider
from app.services import payment_notices
from app.services.settlements import ANSWERED, FOUND, settle
from app.store import leases
from app.store import settlements as store

LEASE = timedelta(seconds=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INVOICE = "invoice"
"""The note of a charge that names what it pays."""


async def unsettled(transactions: Transactions, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """What the janitor drives on: intents nobody sent, leases that ran out, unknown outcomes
    whose next look is due."""
    async with transactions.begin() as uow:
        return await leases.unsettled(uow.session, "payments", now=uow.now(), count=limit)


async def drive(
    transactions: Transactions,
    provider: Provider,
    account_id: UUID,
    payment_id: UUID,
    *,
    lease: timedelta = LEASE,
) -> None:
    """Take the lease, ask the provider, settle; who comes second finds the lease taken."""
    reach(Fault.INTENT_COMMITTED)
    async with transactions.begin() as uow:
        now = uow.now()
        sent = await store.send(uow.session, account_id, payment_id, now=now, until=now + lease)
    if sent is None:
        return
    reach(Fault.LEASE_TAKEN)
    try:
        async with asyncio.timeout((lease // 2).total_seconds()):
            charge = await _ask(provider, account_id, payment_id, sent, now)
    except (OutcomeUnknown, TimeoutError) as error:
        await _give_no_answer(transactions, account_id, payment_id, sent, error)
        return
    reach(Fault.CHARGED)
    async with transactions.begin() as uow:
        told = ANSWERED if sent.attempts == 1 else FOUND
        await settle(uow, account_id, payment_id, outcome_of(charge), told, fence=sent.fence)
        reach(Fault.SETTLED)
    reach(Fault.SETTLEMENT_COMMITTED)


async def _ask(
    provider: Provider, account_id: UUID, payment_id: UUID, sent: Any, now: datetime
) -> Charge:
    if sent.provider != provider.name:
        raise OutcomeUnknown(f"it was made with {sent.provider}, and this is {provider.name}")
    if sent.customer is None:
        raise OutcomeUnknown(
            f"{sent.provider} has no customer for this account: nothing was asked for"
        )
    order = Order(
        key=payment_id,
        amount=sent.amount,
        currency=sent.currency,
        customer=sent.customer,
        token=sent.token,
        notes=_notes(account_id, sent),
    )
    made_at = min(sent.sent_at, made(payment_id))
    again = sent.attempts > 1 or now - made_at > LEASE
    charge = await ask(
        provider, order, sent_at=made_at, now=now, again=again, reference=sent.reference
    )
    if charge.status is ChargeStatus.PENDING:
        raise OutcomeUnknown("the provider does not know yet", reference=charge.reference)
    return charge


def _notes(account_id: UUID, sent: Any) -> dict[str, str]:
    """What the provider keeps beside the charge: enough to book it where we have lost it."""
    notes = {ACCOUNT: str(account_id), "purpose": str(sent.purpose)}
    return notes | ({INVOICE: str(sent.invoice_id)} if sent.invoice_id else {})


def made(payment_id: UUID) -> datetime:
    """When an id was made: what a restored database has not sent may have been sent before."""
    return EPOCH + timedelta(milliseconds=payment_id.int >> 80)


def outcome_of(charge: Charge) -> Outcome:
    """Of a charge that is not pending."""
    declined = charge.status is ChargeStatus.DECLINED
    code = (charge.decline_code or "declined") if declined else None
    return Outcome(decline_code=code, reference=charge.reference)


async def _give_no_answer(
    transactions: Transactions, account_id: UUID, payment_id: UUID, sent: Any, error: Exception
) -> None:
    """Nothing is said of what somebody else has settled meanwhile."""
    reason = str(error) or "no answer in time"
    reference = error.reference if isinstance(error, OutcomeUnknown) else None
    async with transactions.begin() as uow:
        now = uow.now()
        before = await store.mark_unknown(
            uow.session,
            account_id,
            payment_id,
            fence=sent.fence,
            reason=reason,
            reference=reference,
            now=now,
            until=now + next_look(sent.attempts),
        )
        if before is PaymentStatus.SENT:
            uow.tell(
                EventKind.PAYMENT_UNKNOWN,
                account_id,
                payment_id=payment_id,
                invoice_id=sent.invoice_id,
                purpose=sent.purpose,
                amount=sent.amount,
            )
    if before is not None:
        payment_notices.unresolved(account_id, payment_id, sent, reason)
    reach(Fault.MARKED_UNKNOWN)
