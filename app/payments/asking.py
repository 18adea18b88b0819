"""How a charge is asked for, so that the same one is never made twice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.money import show
from app.payments.provider import Charge, ChargeStatus, Order, OutcomeUnknown, Provider, Refunded


async def ask(
    provider: Provider,
    order: Order,
    *,
    sent_at: datetime,
    now: datetime,
    again: bool,
    reference: str | None = None,
) -> Charge:
    """Charge; if it may have been done before, look it up first, by `reference` if that is known.

    What cannot be found is asked for by the same key, as long as the provider keeps keys: later
    the same key might charge once more, and only a person can tell what happened. Raises
    OutcomeUnknown, also if the charge that was found is not the one that was ordered.
    """
    found = await provider.look_up(order.key, order.customer, reference) if again else None
    if found is None:
        if provider.keeps_keys is not None and now - sent_at >= provider.keeps_keys:
            raise OutcomeUnknown("the provider cannot find it, and would not know its key again")
        found = await provider.charge(order)
    if (found.amount, found.currency) != (order.amount, order.currency):
        raise OutcomeUnknown(
            f"the provider has {show(found.amount)} {found.currency} of {found.reference}",
            reference=found.reference,
        )
    return found


async def ask_refund(provider: Provider, key: UUID, sent: Any, *, now: datetime) -> Refunded:
    """Give back; `sent` says how much of which charge, and since when it has been tried.

    What may have been given back before is looked for first. Raises OutcomeUnknown, also if the
    provider does not know yet, or has given back another amount: that is for a person (L5).
    """
    found = await _refunded(provider, key, sent, now)
    if found.status is ChargeStatus.PENDING:
        raise OutcomeUnknown("the provider does not know yet", reference=found.reference)
    if found.status is ChargeStatus.SUCCEEDED and found.amount != sent.amount:
        raise OutcomeUnknown(f"the provider has given back {show(found.amount)}")
    return found


async def _refunded(provider: Provider, key: UUID, sent: Any, now: datetime) -> Refunded:
    if sent.provider != provider.name:
        raise OutcomeUnknown(f"it was paid with {sent.provider}, and this is {provider.name}")
    reference = sent.reference
    if reference is None or sent.attempts > 1:
        if not sent.customer and reference is None:
            raise OutcomeUnknown(f"{sent.provider} has no customer for this account")
        charge = await provider.look_up(sent.payment_id, sent.customer, reference)
        if charge is None:
            raise OutcomeUnknown("the provider does not find the charge")
        done = next((each for each in charge.refunds if each.key == key), None)
        if done is not None:
            return done
        reference = charge.reference
    if provider.keeps_keys is not None and now - sent.sent_at >= provider.keeps_keys:
        raise OutcomeUnknown("the provider cannot find it, and would not know its key again")
    return await provider.refund(key, reference, sent.amount)
