"""What the sandbox says, as the port has it. Raises LookupError, TypeError or ValueError for what
is none of that."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.money import Micros
from app.payments.provider import (
    ACCOUNT,
    Card,
    Charge,
    ChargeStatus,
    ProviderEvent,
    Refunded,
)


def page(found: Any) -> tuple[list[Charge], int | None]:
    return [charge(each) for each in found["charges"]], found["next"]


def given_back(charge: Charge) -> Micros:
    return sum(each.amount for each in charge.refunds if each.status is not ChargeStatus.DECLINED)


def card(found: Any) -> Card:
    expires_on = date.fromisoformat(found["expires_on"])
    return Card(found["token"], found["brand"], found["last4"], expires_on)


def charge(found: Any) -> Charge:
    return Charge(
        reference=found["reference"],
        key=key_of(found),
        status=ChargeStatus(found["status"]),
        amount=found["amount"],
        currency=found["currency"],
        created_at=datetime.fromisoformat(found["created_at"]),
        decline_code=found["decline_code"],
        taken_back=found["taken_back"],
        returned=found["returned"],
        refunds=tuple(refund(each) for each in found["refunds"]),
        notes=found["notes"],
        customer=found["customer"],
    )


def refund(found: Any) -> Refunded:
    status = ChargeStatus(found["status"])
    code = found["failure_code"]
    return Refunded(found["reference"], key_of(found), status, found["amount"], code)


def event(found: Any) -> ProviderEvent:
    """The account stands in the notes that we gave the charge."""
    data = found["data"]
    account = data["notes"].get(ACCOUNT)
    return ProviderEvent(
        id=found["id"],
        kind=found["type"],
        occurred_at=datetime.fromisoformat(found["timestamp"]),
        key=key_of(data),
        account_id=UUID(account) if account else None,
        reference=data.get("reference"),
    )


def key_of(found: Any) -> UUID | None:
    return UUID(found["key"]) if found["key"] else None
