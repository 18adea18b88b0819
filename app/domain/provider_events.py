"""What became of a provider's event, and when it is worked on again (P6 of the invariants)."""

from datetime import timedelta
from enum import StrEnum


class EventOutcome(StrEnum):
    """BOOKED: it was news. NOTHING_NEW: we knew, or there is nothing to book yet. UNKNOWN_TO_US:
    of a charge that we never sent; reconciliation names it. NOT_FOUND: the provider itself does
    not know the charge. IRRELEVANT: of no charge that we made."""

    BOOKED = "BOOKED"
    NOTHING_NEW = "NOTHING_NEW"
    UNKNOWN_TO_US = "UNKNOWN_TO_US"
    NOT_FOUND = "NOT_FOUND"
    IRRELEVANT = "IRRELEVANT"


WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""How long after each look that came to nothing the next one follows; then every six hours. The
first is longer than anybody works on an event."""


def wait_after(looks: int) -> timedelta:
    return WAITS[min(looks, len(WAITS)) - 1]


def is_hopeless(looks: int) -> bool:
    """What the provider cannot find after as many looks is none of its charges."""
    return looks > len(WAITS)
