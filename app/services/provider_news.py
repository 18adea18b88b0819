"""What is at the provider now, applied to what is here: from a webhook, a look or a reconciliation.

News come twice and in any order: what is there now is applied, never what an event says.
"""

from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import Conflict
from app.domain.money import Micros
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
from app.store import refunds as refund_store
from app.store import reinstatements as reinstatement_store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Heard:
    """What was booked of a payment's going to and fro so far, micros; both only rise."""

    taken_back: Micros
    returned: Micros


async def heard(uow: UnitOfWork, account_id: UUID, payment_id: UUID) -> Heard:
    """Ask before the provider is asked: what it answers is newer than all of this."""
    return Heard(
        await refund_store.ever_taken_back(uow.session, account_id, payment_id),
        await reinstatement_store.returned(uow.session, account_id, payment_id),
    )


async def hear(
    uow: UnitOfWork,
    account_id: UUID,
    payment_id: UUID,
    charge: Charge,
    told: Told,
    *,
    before: Heard | None = None,
) -> list[str]:
    """What it changed, in words for the record; nothing if all of it was known.

    A charge of another amount than was ordered settles nothing: that is for a person. `before` is
    what had been `heard` when the provider was asked; without it what may be old news is. Raises
    Conflict if it is to be asked again.
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
    charge = await _in_order(uow, account_id, payment_id, charge, before)
    if charge.returned and await reinstatements.take_again(uow, account_id, payment_id, charge):
        changed.append("returned")
    if charge.taken_back and await late_failures.take_back(
        uow, account_id, payment_id, charge.taken_back, returned=charge.returned
    ):
        changed.append("taken back")
    return changed


async def _in_order(
    uow: UnitOfWork, account_id: UUID, payment_id: UUID, charge: Charge, before: Heard | None
) -> Charge:
    """I6: if nothing was booked since it was asked for, it is the newest, whatever it counts: what
    is gone there and not here is gone, and what is gone here only has come back, if it says that
    anything has."""
    now = await heard(uow, account_id, payment_id)
    if before == now:
        held = await refund_store.taken_back(uow.session, account_id, payment_id)
        back = max(0, held - charge.taken_back) if charge.returned else 0
        return replace(charge, returned=max(charge.returned, now.returned + back))
    if before is not None and charge.returned < now.returned:
        raise Conflict("Something else was heard of this charge meanwhile: ask again.")
    return charge


async def _settle_refund(
    uow: UnitOfWork, account: Account, payment: Payment, refunded: Refunded, told: Told
) -> bool:
    """One of ours has its key; one that was made by hand was booked by its reference."""
    key = refunded.key
    if key and await refunds.settle(uow, account.id, key, refunded, told.source):
        return True
    failed = refunded.status is ChargeStatus.DECLINED
    return failed and await refund_bookings.undo(uow, account, payment, refunded, told.source)
