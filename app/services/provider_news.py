"""What is at the provider now, applied to what is here: from a webhook, a look or a reconciliation.

News come twice and in any order: what is there now is applied, never what an event says.
"""

from uuid import UUID

import structlog

from app.db.unit_of_work import UnitOfWork
from app.domain.payments import OPEN, PaymentStatus, Told
from app.models import Account, Payment
from app.payments.provider import Charge, ChargeStatus, Refunded
from app.services import (
    differences,
    late_failures,
    payments,
    refund_bookings,
    refunds,
    reinstatements,
)
from app.services.charging import outcome_of
from app.services.locks import any_account_locked
from app.services.settlements import settle

log = structlog.get_logger()


async def hear(
    uow: UnitOfWork, account_id: UUID, payment_id: UUID, charge: Charge, told: Told
) -> list[str]:
    """What it changed, in words for the record; nothing if all of it was known.

    A charge of another amount than was ordered settles nothing: that is for a person.
    """
    account = await any_account_locked(uow, account_id)
    payment = await payments.get(uow, account_id, payment_id)
    changed = []
    same = (charge.amount, charge.currency) == (payment.amount, account.currency)
    settled = charge.status is not ChargeStatus.PENDING and same
    if (
        settled
        and payment.status in OPEN
        and await settle(uow, account_id, payment_id, outcome_of(charge), told)
    ):
        changed.append(f"settled as {charge.status}")
    elif payment.status is PaymentStatus.DECLINED and charge.status is ChargeStatus.SUCCEEDED:
        log.error(
            "payment.taken_after_decline", payment_id=str(payment_id), charge=charge.reference
        )
        changed += await differences.name(uow, payment.provider, charge)
    changed += [
        "refund settled"
        for each in charge.refunds
        if await _settle_refund(uow, account, payment, each, told)
    ]
    if charge.returned and await reinstatements.take_again(uow, account_id, payment_id, charge):
        changed.append("returned")
    if charge.taken_back and await late_failures.take_back(
        uow, account_id, payment_id, charge.taken_back, returned=charge.returned
    ):
        changed.append("taken back")
    return changed


async def _settle_refund(
    uow: UnitOfWork, account: Account, payment: Payment, refunded: Refunded, told: Told
) -> bool:
    """One of ours has its key; one that was made by hand was booked by its reference."""
    key = refunded.key
    if key and await refunds.settle(uow, account.id, key, refunded, told.source):
        return True
    failed = refunded.status is ChargeStatus.DECLINED
    return failed and await refund_bookings.undo(uow, account, payment, refunded, told.source)
