"""What is told of payments when their outcome is known, or changes."""

from typing import Any

from app.db.unit_of_work import UnitOfWork
from app.domain.events import EventKind
from app.domain.money import Micros
from app.models import Payment


def tell_payment(
    uow: UnitOfWork, kind: EventKind, payment: Payment, *, amount: Micros | None = None, **more: Any
) -> None:
    """`amount`: the part that it is about, if that is not all of it."""
    uow.tell(
        kind,
        payment.account_id,
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        purpose=payment.purpose,
        amount=payment.amount if amount is None else amount,
        **more,
    )
