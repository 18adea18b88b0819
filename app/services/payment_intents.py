"""A payment is intended before the provider hears of it, in the transaction that decides it."""

from dataclasses import dataclass
from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.money import Micros
from app.domain.payments import Purpose, Source, Told
from app.faults import Fault, reach
from app.models import Account, Payment, PaymentMethod
from app.services.locks import time_of
from app.store import settlements as store

NO_METHOD = (
    "Add a payment method first (addPaymentMethod); one of a payment provider that charges no more "
    "is none."
)


@dataclass(frozen=True, slots=True)
class NewPayment:
    """`source`: a person's REQUEST, or WORKER where nobody asked but the calendar or a rule."""

    method_id: UUID
    purpose: Purpose
    amount: Micros
    invoice_id: UUID | None = None
    step_amount: Micros | None = None
    episode: int | None = None
    source: Source = Source.REQUEST


async def intend(uow: UnitOfWork, account: Account, new: NewPayment) -> Payment:
    """Write the intent and its first step; after the commit a worker drives it."""
    method = await uow.session.get_one(PaymentMethod, (account.id, new.method_id))
    payment = Payment(
        id=new_id(),
        account_id=account.id,
        purpose=new.purpose,
        invoice_id=new.invoice_id,
        payment_method_id=method.id,
        provider=method.provider,
        amount=new.amount,
        step_amount=new.step_amount,
        episode=new.episode,
        created_at=time_of(uow, account),
    )
    await store.begin(uow.session, account.id, payment.id, Told(new.source), uow.now())
    uow.session.add(payment)
    await uow.session.flush()
    uow.enqueue("drive_payment", account.id, payment_id=str(payment.id))
    reach(Fault.INTENT_MADE)
    return payment
