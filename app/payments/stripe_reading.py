"""What Stripe's objects say, in the words of the port. Pure: JSON in, values out."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.payments.provider import ACCOUNT, Card, Charge, ChargeStatus, ProviderEvent, Refunded
from app.payments.stripe_amounts import from_minor

KEY = "perseat_key"
REFUND_KEY = "perseat_refund"
"""The key of a charge, and of a refund of it, in what we have made at Stripe: its metadata. The
other entries are notes."""

AUTHENTICATION = "authentication_required"
WAITING = frozenset({"requires_action", "requires_confirmation"})
"""An intent that would go on if its owner did something."""

_TRIED = frozenset({"succeeded", "processing", "requires_action", "requires_capture"})
_ABOUT_CHARGES = ("payment_intent.", "charge.", "refund.")
_INTENT = {"succeeded": ChargeStatus.SUCCEEDED, "processing": ChargeStatus.PENDING}
_INTENT |= dict.fromkeys([*WAITING, "requires_capture"], ChargeStatus.PENDING)
_REFUND = {"succeeded": ChargeStatus.SUCCEEDED, "failed": ChargeStatus.DECLINED}
_REFUND |= {"canceled": ChargeStatus.DECLINED}


def card_of(method: Mapping[str, Any]) -> Card:
    """A PaymentMethod of type card; it can be charged until the last day of its month."""
    card = method["card"]
    year, month = card["exp_year"], card["exp_month"]
    last = date(year, month, monthrange(year, month)[1])
    return Card(method["id"], card["brand"], card["last4"], last)


def was_tried(intent: Mapping[str, Any]) -> bool:
    """False for an intent of somebody else that nobody has ever confirmed: it is no charge."""
    return intent["status"] in _TRIED or _error(intent) is not None or key_of(intent) is not None


def created_at(intent: Mapping[str, Any]) -> datetime:
    return _instant(intent["created"])


def key_of(thing: Mapping[str, Any], name: str = KEY) -> UUID | None:
    return _uuid((thing.get("metadata") or {}).get(name))


def customer_of(intent: Mapping[str, Any]) -> str:
    """Who is charged: not expanded, it is an id."""
    return intent.get("customer") or ""


def charge_of(
    intent: Mapping[str, Any],
    refunds: Iterable[Mapping[str, Any]],
    taken_back: int = 0,
    returned: int = 0,
) -> Charge:
    """A PaymentIntent; `taken_back` and `returned` in minor units, by disputes.

    One that has succeeded and whose charge has failed since was taken back whole.
    """
    status, currency = status_of(intent), intent["currency"].upper()
    amount = intent["amount"]
    if status is ChargeStatus.SUCCEEDED:
        amount = intent.get("amount_received", amount)
        failed = (latest_charge(intent) or {}).get("status") == "failed"
        taken_back = amount if failed else min(taken_back, amount)
    metadata = intent.get("metadata") or {}
    return Charge(
        reference=intent["id"],
        key=key_of(intent),
        status=status,
        amount=from_minor(amount, currency),
        currency=currency,
        created_at=created_at(intent),
        decline_code=_decline_code(intent) if status is ChargeStatus.DECLINED else None,
        taken_back=from_minor(taken_back, currency),
        returned=from_minor(returned, currency),
        refunds=tuple(map(refund_of, refunds)),
        notes={name: value for name, value in metadata.items() if name != KEY},
        customer=customer_of(intent),
    )


def refund_of(refund: Mapping[str, Any]) -> Refunded:
    return Refunded(
        reference=refund["id"],
        key=key_of(refund, REFUND_KEY),
        status=_REFUND.get(refund["status"], ChargeStatus.PENDING),
        amount=from_minor(refund["amount"], refund["currency"].upper()),
        failure_code=refund.get("failure_reason"),
    )


def refund_metadata(charge: Charge, key: UUID) -> dict[str, str]:
    """A refund says itself which charge it is of; one that is not ours has no key."""
    ours = {KEY: str(charge.key)} if charge.key else {}
    return {**charge.notes, **ours, REFUND_KEY: str(key)}


def latest_charge(intent: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The expanded charge of an intent, if it has one."""
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, Mapping) else None


def disputed(disputes: Iterable[Mapping[str, Any]], status: str) -> int:
    """How much of a charge, in minor units, was in disputes that ended so: `lost`, or `won`."""
    return sum(dispute["amount"] for dispute in disputes if dispute["status"] == status)


def event_of(event: Mapping[str, Any]) -> ProviderEvent:
    """Disputes, and refunds that others have made, know no key: only the intent's id."""
    kind, thing = event["type"], event["data"]["object"]
    about = thing if kind.startswith(_ABOUT_CHARGES) else {}
    is_intent = kind.startswith("payment_intent.")
    return ProviderEvent(
        id=event["id"],
        kind=kind,
        occurred_at=_instant(event["created"]),
        key=key_of(about),
        account_id=key_of(about, ACCOUNT),
        reference=about.get("id" if is_intent else "payment_intent"),
    )


def status_of(intent: Mapping[str, Any]) -> ChargeStatus:
    return _INTENT.get(intent["status"], ChargeStatus.DECLINED)


def _decline_code(intent: Mapping[str, Any]) -> str:
    """Cancelled without an error: it waited for its owner, and we have taken it away."""
    error = _error(intent) or {}
    code = error.get("decline_code") or error.get("code") or intent.get("cancellation_reason")
    return code or AUTHENTICATION


def _error(intent: Mapping[str, Any]) -> Mapping[str, Any] | None:
    error: Mapping[str, Any] | None = intent.get("last_payment_error")
    return error


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
