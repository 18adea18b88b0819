"""Rule M4: a hold sets credits aside for a campaign, until it is used up, released or over.

Nothing has to happen for a hold to expire: from its `expires_at` on, by the account's clock, it
holds nothing. What is reported for it later is posted all the same, as every fact is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.errors import InvalidInput, Refused
from app.domain.money import Micros

LIFE = timedelta(days=31)
"""From its creation on; extending does not lengthen it."""
MOST_OPEN = 100
REFERENCE_LIMIT = 200


class HoldStatus(StrEnum):
    """Only an OPEN one holds anything."""

    OPEN = "OPEN"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class NewHold:
    """`reference` is the partner's, and stands for one hold as long as that is open."""

    reference: str
    expires_at: datetime


def status(expires_at: datetime, released_at: datetime | None, now: datetime) -> HoldStatus:
    """What is closed at its expiry or later has expired before."""
    if released_at is not None and released_at < expires_at:
        return HoldStatus.RELEASED
    return HoldStatus.EXPIRED if expires_at <= now else HoldStatus.OPEN


def left(amount: Micros, used: Micros) -> Micros:
    """What an open hold still sets aside; more may be used than was held, for facts are facts."""
    return max(amount - used, 0)


def check_reference(reference: str, *, field: str) -> None:
    if not 0 < len(reference) <= REFERENCE_LIMIT or not reference.isprintable():
        raise InvalidInput(
            f"A reference is 1 to {REFERENCE_LIMIT} printable characters.", field=field
        )


def check_expiry(expires_at: datetime, created_at: datetime, now: datetime, *, field: str) -> None:
    if expires_at.tzinfo is None or not now < expires_at <= created_at + LIFE:
        raise InvalidInput(
            "A hold expires in the future, at an instant with a UTC offset, at most "
            f"{LIFE.days} days after it was made.",
            field=field,
        )


def check_room(open_holds: int) -> None:
    if open_holds >= MOST_OPEN:
        raise Refused(
            "M4",
            f"An account has at most {MOST_OPEN} open holds; release one that is done.",
            field="hold",
        )
