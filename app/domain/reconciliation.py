"""The provider's list against our payments (L5, P3 of the invariants): what does not agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.money import Micros, show
from app.domain.payments import OPEN, TAKEN, PaymentStatus


class Mismatch(StrEnum):
    UNKNOWN_TO_US = "UNKNOWN_TO_US"
    MISSING_AT_PROVIDER = "MISSING_AT_PROVIDER"
    AMOUNT = "AMOUNT"
    CURRENCY = "CURRENCY"
    STATUS = "STATUS"
    TAKEN_AFTER_DECLINE = "TAKEN_AFTER_DECLINE"
    REFUND = "REFUND"
    REFUND_AMOUNT = "REFUND_AMOUNT"
    TAKEN_BACK = "TAKEN_BACK"


ADOPTABLE = frozenset({Mismatch.UNKNOWN_TO_US, Mismatch.STATUS, Mismatch.TAKEN_AFTER_DECLINE})
GONE_BACK = frozenset({Mismatch.REFUND, Mismatch.REFUND_AMOUNT, Mismatch.TAKEN_BACK})
CURES: Mapping[Mismatch, str] = {
    Mismatch.UNKNOWN_TO_US: "Adopt it, and if its notes name no account say whose it is (accountId "
    "of adoptCharge); else give it back over there.",
    Mismatch.MISSING_AT_PROVIDER: "Ask the provider for it, and do not adopt or refund anything "
    "before it has answered.",
    Mismatch.AMOUNT: "If the payment is UNKNOWN here, resolve it as NOT_TAKEN, compare again and "
    "adopt the charge; else give the difference back over there, or credit it here.",
    Mismatch.CURRENCY: "Give the charge back over there and charge again.",
    Mismatch.STATUS: "Adopt the charge if the money was taken; if not, ask the provider.",
    Mismatch.TAKEN_AFTER_DECLINE: "Adopt the charge: it pays its invoice if that is still due, "
    "else it becomes credits; or give it back over there.",
    Mismatch.REFUND: "If somebody gave it back over there, book it here (adoptRefunds); if it went "
    "back here only, ask the provider.",
    Mismatch.REFUND_AMOUNT: "Book what went back (adoptRefunds): the refund fails here, and what "
    "was asked for and did not go back is asked for anew (refundCreditNote).",
    Mismatch.TAKEN_BACK: "The money is gone again: ask the customer to pay once more.",
}


@dataclass(frozen=True, slots=True)
class Theirs:
    """A charge as the provider lists it; micros. `succeeded`: the money was taken, whatever of it
    was given or taken back later. `refunds`: what has gone back of it by keys of ours."""

    reference: str
    key: UUID | None
    account_id: UUID | None
    succeeded: bool
    amount: Micros
    currency: str
    created_at: datetime
    refunded: Micros = 0
    taken_back: Micros = 0
    refunds: Mapping[UUID, Micros] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ours:
    """A payment of ours. `leased`: somebody waits for the provider's answer right now.
    `open_refunds`: what was asked to go back, and may have."""

    account_id: UUID
    id: UUID
    status: PaymentStatus
    amount: Micros
    currency: str
    sent_at: datetime | None = None
    reference: str | None = None
    leased: bool = False
    refunded: Micros = 0
    taken_back: Micros = 0
    open_refunds: Mapping[UUID, Micros] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """`ours`, `theirs`: the two amounts that differ, micros; None where there is none."""

    kind: Mismatch
    currency: str
    at: datetime
    reference: str | None = None
    account_id: UUID | None = None
    payment_id: UUID | None = None
    ours: Micros | None = None
    theirs: Micros | None = None
    status: PaymentStatus | None = None

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.kind].format(
            reference=self.reference or "no charge",
            payment=self.payment_id,
            status=self.status,
            ours=_money(self.ours, self.currency),
            theirs=_money(self.theirs, self.currency),
        )

    @property
    def cure(self) -> str:
        return CURES[self.kind]


_SENTENCES: Mapping[Mismatch, str] = {
    Mismatch.UNKNOWN_TO_US: "The provider has taken {theirs} ({reference}), and there is no "
    "payment of it here.",
    Mismatch.MISSING_AT_PROVIDER: "Payment {payment} over {ours} has succeeded here, and the "
    "provider knows no such charge.",
    Mismatch.AMOUNT: "The provider has taken {theirs} ({reference}), and payment {payment} is "
    "over {ours}.",
    Mismatch.CURRENCY: "The provider has taken {theirs} ({reference}), and payment {payment} is "
    "in another currency.",
    Mismatch.STATUS: "At the provider {reference} has come to {theirs}, and payment {payment} "
    "over {ours} is {status} here.",
    Mismatch.TAKEN_AFTER_DECLINE: "The provider has taken {theirs} ({reference}), and payment "
    "{payment} over {ours} was booked as declined, or as not taken.",
    Mismatch.REFUND: "The provider has given back {theirs} of {reference}, and here {ours} of "
    "payment {payment} was given back.",
    Mismatch.REFUND_AMOUNT: "The provider has given back {theirs} of {reference}, and {ours} of "
    "payment {payment} were to go back.",
    Mismatch.TAKEN_BACK: "The provider has taken back {theirs} of {reference}, and here {ours} of "
    "payment {payment} was taken back.",
}


def _money(amount: Micros | None, currency: str) -> str:
    return f"{show(amount or 0)} {currency}"


def compare(theirs: Theirs, ours: Ours | None) -> list[Difference]:
    """What does not agree about one charge; nothing of what is still under way."""
    taken = theirs.amount if theirs.succeeded else 0
    left = taken - theirs.refunded - theirs.taken_back
    if ours is None:
        return [_differs(Mismatch.UNKNOWN_TO_US, theirs, None, taken, None)] if left else []
    if theirs.succeeded and ours.status is PaymentStatus.DECLINED:
        kind = Mismatch.TAKEN_AFTER_DECLINE
        return [_differs(kind, theirs, ours, taken, ours.amount)] if left else []
    if theirs.succeeded is not (ours.status in TAKEN):
        waits = ours.status is PaymentStatus.SENT and ours.leased
        if waits or (ours.status in OPEN and not theirs.succeeded):
            return []
        other = ours.status in OPEN and theirs.amount != ours.amount
        kind = Mismatch.AMOUNT if other else Mismatch.STATUS
        return [_differs(kind, theirs, ours, taken, ours.amount)]
    if not theirs.succeeded:
        return []
    return [
        _differs(kind, theirs, ours, there, here)
        for kind, (there, here) in _unequal(theirs, ours).items()
    ]


def _unequal(theirs: Theirs, ours: Ours) -> dict[Mismatch, tuple[Micros, Micros]]:
    """Of a charge that has succeeded here and there: what each side says, where it differs."""
    amounts = {
        Mismatch.AMOUNT: (theirs.amount, ours.amount),
        Mismatch.REFUND: (theirs.refunded, ours.refunded),
        Mismatch.TAKEN_BACK: (theirs.taken_back, ours.taken_back),
    }
    found = {kind: (there, here) for kind, (there, here) in amounts.items() if there != here}
    if theirs.currency != ours.currency:
        found = {Mismatch.CURRENCY: (theirs.amount, ours.amount), **found}
    if other := _of_another_amount(theirs, ours):
        found.pop(Mismatch.REFUND, None)
        found[Mismatch.REFUND_AMOUNT] = other
    return found


def _of_another_amount(theirs: Theirs, ours: Ours) -> tuple[Micros, Micros] | None:
    """Of a refund of ours that waits: how much has gone back instead of how much."""
    for key, meant in ours.open_refunds.items():
        gone = theirs.refunds.get(key, meant)
        if gone != meant:
            return gone, meant
    return None


def _differs(
    kind: Mismatch, theirs: Theirs, ours: Ours | None, there: Micros, here: Micros | None
) -> Difference:
    return Difference(
        kind=kind,
        currency=theirs.currency,
        at=theirs.created_at,
        reference=theirs.reference,
        account_id=theirs.account_id if ours is None else ours.account_id,
        payment_id=None if ours is None else ours.id,
        ours=here,
        theirs=there,
        status=None if ours is None else ours.status,
    )


def missing(ours: Ours, at: datetime) -> Difference:
    """We say that it succeeded, and the provider knows nothing of it when it is asked."""
    return Difference(
        kind=Mismatch.MISSING_AT_PROVIDER,
        currency=ours.currency,
        at=ours.sent_at or at,
        reference=ours.reference,
        account_id=ours.account_id,
        payment_id=ours.id,
        ours=ours.amount,
        status=ours.status,
    )


def as_json(found: Difference) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "currency": found.currency,
        "at": found.at.isoformat(),
        "reference": found.reference,
        "account": found.account_id and str(found.account_id),
        "payment": found.payment_id and str(found.payment_id),
        "ours": found.ours,
        "theirs": found.theirs,
        "status": found.status,
    }


def from_json(kept: Mapping[str, Any]) -> Difference:
    return Difference(
        kind=Mismatch(kept["kind"]),
        currency=kept["currency"],
        at=datetime.fromisoformat(kept["at"]),
        reference=kept["reference"],
        account_id=UUID(kept["account"]) if kept["account"] else None,
        payment_id=UUID(kept["payment"]) if kept["payment"] else None,
        ours=kept["ours"],
        theirs=kept["theirs"],
        status=PaymentStatus(kept["status"]) if kept["status"] else None,
    )
