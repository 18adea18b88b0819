"""Webhooks of payment providers (P6 of the invariants): kept raw, then looked into.

An event is a reason to look at a charge, never the truth about it: what is booked is what the
provider has when it is asked. So the order in which events come does not matter.
"""

from collections.abc import Sequence
from typing import Any

import structlog

from app.db.unit_of_work import Transactions, UnitOfWork
from app.domain.errors import Conflict
from app.domain.payments import PaymentStatus, Source, Told
from app.domain.provider_events import WAITS, EventOutcome, is_hopeless, wait_after
from app.faults import Fault, reach
from app.models import Payment, ReceivedEvent
from app.payments.provider import Charge, OutcomeUnknown, Provider, ProviderEvent
from app.services import provider_news
from app.services.provider_news import Heard
from app.store import payments as payment_store
from app.store import provider_events as store

log = structlog.get_logger()
TOLD = Told(Source.WEBHOOK)


async def receive(uow: UnitOfWork, provider: str, event: ProviderEvent, body: bytes) -> bool:
    """Keep a verified event; whether it is new. After the commit a worker is told of a new one."""
    now = uow.now()
    received = ReceivedEvent(
        provider=provider,
        id=event.id,
        kind=event.kind,
        account_id=event.account_id,
        payment_id=event.key,
        reference=event.reference,
        body=body,
        occurred_at=event.occurred_at,
        received_at=now,
        next_at=now,
    )
    is_new = await store.keep(uow.session, received)
    if is_new:
        uow.ring_for_event(event.id)
    return is_new


async def unprocessed(
    transactions: Transactions, provider: Provider, *, limit: int
) -> Sequence[tuple[str]]:
    """What the janitor looks into: events nobody was told of, and those that came to nothing."""
    async with transactions.begin() as uow:
        found = await store.unprocessed(uow.session, provider.name, now=uow.now(), count=limit)
    return [(each,) for each in found]


async def process(transactions: Transactions, provider: Provider, event_id: str) -> None:
    """Look the charge up with no transaction open, then book it and the event as one.

    Who dies in between has claimed it for a while only; what was booked already is booked once.
    """
    async with transactions.begin() as uow:
        now = uow.now()
        event = await store.claim(
            uow.session, provider.name, event_id, now=now, until=now + WAITS[0]
        )
        if event is None:
            return
        about = await _about(uow, provider.name, event)
        if isinstance(about, EventOutcome):
            await store.finish(uow.session, provider.name, event_id, about, now)
            return
    payment, customer, before = about
    try:
        charge = await provider.look_up(payment.id, customer, payment.reference)
    except OutcomeUnknown as error:
        log.warning("event.unanswered", event_id=event_id, reason=str(error))
        await _put_off(transactions, provider.name, event_id, event.attempts)
        return
    if charge is None and not is_hopeless(event.attempts):
        await _put_off(transactions, provider.name, event_id, event.attempts)
        return
    try:
        async with transactions.begin() as uow:
            outcome = await _book(uow, payment, charge, before)
            await store.finish(uow.session, provider.name, event_id, outcome, uow.now())
            reach(Fault.WEBHOOK_BOOKED)
    except Conflict as error:
        log.warning("event.too_early", event_id=event_id, reason=str(error))
        await _put_off(transactions, provider.name, event_id, event.attempts)


async def _about(
    uow: UnitOfWork, provider: str, event: Any
) -> tuple[Payment, str, Heard] | EventOutcome:
    """The payment, whom the provider charged, and what was heard so far; or what there is to say
    without a look."""
    payment = await _payment_of(uow, provider, event)
    if payment is None or payment.status is PaymentStatus.CREATED:
        return EventOutcome.UNKNOWN_TO_US if event.payment_id else EventOutcome.IRRELEVANT
    customer = await payment_store.customer(uow.session, payment)
    return payment, customer, await provider_news.heard(uow, payment.account_id, payment.id)


async def _payment_of(uow: UnitOfWork, provider: str, event: Any) -> Payment | None:
    """Of its key; but if that is unknown, was declined, or there is none, as of a dispute, of the
    payment that took the money of that reference."""
    payment = None
    if event.account_id and event.payment_id:
        payment = await payment_store.get(uow.session, event.account_id, event.payment_id)
    if event.reference and (payment is None or payment.status is PaymentStatus.DECLINED):
        found = await payment_store.with_reference(uow.session, provider, event.reference)
        return found or payment
    return payment


async def _put_off(transactions: Transactions, provider: str, event_id: str, attempts: int) -> None:
    async with transactions.begin() as uow:
        until = uow.now() + wait_after(attempts)
        await store.put_off(uow.session, provider, event_id, until)


async def _book(
    uow: UnitOfWork, payment: Payment, charge: Charge | None, before: Heard
) -> EventOutcome:
    if charge is None:
        return EventOutcome.NOT_FOUND
    news = await provider_news.hear(
        uow, payment.account_id, payment.id, charge, TOLD, before=before
    )
    return EventOutcome.BOOKED if news else EventOutcome.NOTHING_NEW
