"""What was paid and then credited goes back to the methods that it came from (I3, I4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.errors import Refused
from app.domain.money import Micros, show


class RefundStatus(StrEnum):
    """As of payments: CREATED: intended, not sent. SENT, UNKNOWN: it may have been given back.

    FAILED is final; a card may refuse a refund days after it has SUCCEEDED."""

    CREATED = "CREATED"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


OPEN = frozenset({RefundStatus.CREATED, RefundStatus.SENT, RefundStatus.UNKNOWN})

TRANSITIONS: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.CREATED: frozenset({RefundStatus.SENT}),
    RefundStatus.SENT: frozenset(
        {RefundStatus.UNKNOWN, RefundStatus.SUCCEEDED, RefundStatus.FAILED}
    ),
    RefundStatus.UNKNOWN: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
    RefundStatus.FAILED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Refundable:
    """What is left of a payment: it was taken, and not given or taken back."""

    payment_id: UUID
    left: Micros


def shares(amount: Micros, payments: Sequence[Refundable]) -> list[tuple[UUID, Micros]]:
    """From which payments `amount` goes back, in their order; never more than one has left."""
    rest = amount
    found = []
    for each in payments:
        part = min(rest, each.left)
        if part > 0:
            found.append((each.payment_id, part))
            rest -= part
    if rest:
        raise Refused(
            "I3",
            f"Only {show(amount - rest)} of {show(amount)} can go back to cards: the rest was not "
            "paid with one, or was given back before.",
            field="creditNoteId",
        )
    return found


@dataclass(frozen=True, slots=True)
class Returned:
    """What becomes of money that is with us again: it pays its invoice, is owed back, or buys
    credits."""

    pays: Micros = 0
    owed_back: Micros = 0
    to_credits: Micros = 0

    @property
    def total(self) -> Micros:
        return self.pays + self.owed_back + self.to_credits


def parts_of(amount: Micros, *, due: Micros, owed_back: Micros) -> Returned:
    """What is due on its invoice comes first, then what was owed back when it was taken; what
    nobody asks for any more becomes credits."""
    pays = min(amount, due)
    back = min(amount - pays, owed_back)
    return Returned(pays, back, amount - pays - back)
