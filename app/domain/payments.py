"""Rules M5, M6 and I6: the states of a payment, and the ladder of a failed one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PaymentStatus(StrEnum):
    """CREATED: intended, not sent. SENT, UNKNOWN: the provider may have charged. Others: final."""

    CREATED = "CREATED"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"


OPEN = frozenset({PaymentStatus.CREATED, PaymentStatus.SENT, PaymentStatus.UNKNOWN})
FINAL = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED})

TRANSITIONS: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.CREATED: frozenset({PaymentStatus.SENT}),
    PaymentStatus.SENT: frozenset({PaymentStatus.UNKNOWN, *FINAL}),
    PaymentStatus.UNKNOWN: FINAL,
    PaymentStatus.SUCCEEDED: frozenset(),
    PaymentStatus.DECLINED: frozenset(),
}


class Purpose(StrEnum):
    INVOICE = "INVOICE"
    TOP_UP = "TOP_UP"
    PURCHASE = "PURCHASE"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a charge; `decline_code` is None when the money was taken."""

    decline_code: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.decline_code is None


HARD_DECLINES = frozenset(
    {
        "account_closed",
        "authentication_required",
        "expired_card",
        "lost_card",
        "pickup_card",
        "stolen_card",
    }
)
"""Asking again cannot help, and asking often makes it worse."""

LADDER = (timedelta(days=1), timedelta(days=3), timedelta(days=5), timedelta(days=7))
"""Rule I6: how long after each declined attempt the next one follows."""


def next_attempt(declined: int, at: datetime, decline_code: str) -> datetime | None:
    """When to ask again after the `declined`-th refusal at `at`; None: the ladder has ended."""
    if decline_code in HARD_DECLINES or declined > len(LADDER):
        return None
    return at + LADDER[declined - 1]
