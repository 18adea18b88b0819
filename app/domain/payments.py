"""Rules M5, M6 and I6: the states of a payment, and the ladders of a failed or a lost one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PaymentStatus(StrEnum):
    """CREATED: intended, not sent. SENT, UNKNOWN: the provider may have charged. Others: final,
    but that what was taken can be given back, and what was given back may come back (I3)."""

    CREATED = "CREATED"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    REFUNDED = "REFUNDED"


OPEN = frozenset({PaymentStatus.CREATED, PaymentStatus.SENT, PaymentStatus.UNKNOWN})
TAKEN = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED})
"""The money was moved, whatever became of it later."""
_ANSWERED = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED})

TRANSITIONS: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.CREATED: frozenset({PaymentStatus.SENT}),
    PaymentStatus.SENT: frozenset({PaymentStatus.UNKNOWN, *_ANSWERED}),
    PaymentStatus.UNKNOWN: _ANSWERED,
    PaymentStatus.SUCCEEDED: frozenset({PaymentStatus.REFUNDED}),
    PaymentStatus.DECLINED: frozenset(),
    PaymentStatus.REFUNDED: frozenset({PaymentStatus.SUCCEEDED}),
}
"""The database has them too, as rows that each step of a payment has to point at."""


class Purpose(StrEnum):
    INVOICE = "INVOICE"
    TOP_UP = "TOP_UP"
    PURCHASE = "PURCHASE"


class Source(StrEnum):
    """Who brought the news that made a step."""

    REQUEST = "REQUEST"
    WORKER = "WORKER"
    ANSWER = "ANSWER"
    LOOK_UP = "LOOK_UP"
    WEBHOOK = "WEBHOOK"
    OPERATOR = "OPERATOR"
    RECONCILIATION = "RECONCILIATION"


@dataclass(frozen=True, slots=True)
class Told:
    """Who said what came of a payment; a person says why."""

    source: Source
    actor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a charge; `decline_code` is None when the money was taken.

    `reference`: the provider's name of the charge, if it is known.
    """

    decline_code: str | None = None
    reference: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.decline_code is None


HARD_DECLINES = frozenset(
    {
        "account_closed",
        "amount_not_supported",
        "authentication_required",
        "currency_not_supported",
        "expired_card",
        "lost_card",
        "pickup_card",
        "resource_missing",
        "stolen_card",
        "unknown_token",
    }
)
"""Asking again cannot help, and asking often makes it worse."""

LADDER = (timedelta(days=1), timedelta(days=3), timedelta(days=5), timedelta(days=7))
"""Rule I6: how long after each declined attempt the next one follows."""

LOOKS = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
)
"""How long after each look at a charge without an answer the next one follows; then every day."""


def next_attempt(declined: int, at: datetime, decline_code: str) -> datetime | None:
    """When to ask again after the `declined`-th refusal at `at`; None: the ladder has ended."""
    if decline_code in HARD_DECLINES or declined > len(LADDER):
        return None
    return at + LADDER[max(declined, 1) - 1]


def next_look(attempts: int) -> timedelta:
    """How long after the `attempts`-th look without an answer the next one follows."""
    return LOOKS[min(attempts, len(LOOKS)) - 1]
