"""A payment is intended before the provider hears of it, in the transaction that decides it."""

from uuid import UUID

from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.money import Micros
from app.domain.payments import Purpose
from app.faults import Fault, reach
from app.models import Account, Payment, PaymentMethod
from app.services.locks import time_of
from app.store import settlements as store


async def intend(
    uow: UnitOfWork,
    account: Account,
    method_id: UUID,
    purpose: Purpose,
    amount: Micros,
    *,
    invoice_id: UUID | None = None,
    step_amount: Micros | None = None,
    episode: int | None = None,
) -> Payment:
    """Write the intent and its first step; after the commit a worker drives it."""
    method = await uow.session.get_one(PaymentMethod, (account.id, method_id))
    payment = Payment(
        id=new_id(),
        account_id=account.id,
        purpose=purpose,
        invoice_id=invoice_id,
        payment_method_id=method.id,
        provider=method.provider,
        amount=amount,
        step_amount=step_amount,
        episode=episode,
        created_at=time_of(uow, account),
    )
    await store.begin(uow.session, account.id, payment.id, uow.now())
    uow.session.add(payment)
    await uow.session.flush()
    uow.enqueue("drive_payment", account.id, payment_id=str(payment.id))
    reach(Fault.INTENT_MADE)
    return payment
