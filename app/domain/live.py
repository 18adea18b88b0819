"""Live data: which events a subscription is about, and the mark from which it goes on later."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.errors import BillingError, InvalidInput
from app.domain.events import EventKind
from app.domain.payments import Purpose
from app.domain.webhooks import KEEP_EVENTS

K = EventKind
MOST = 500
"""Things that wait for one reader, the newest state of each; whoever is further behind is sent
away."""
KEPT = KEEP_EVENTS - timedelta(days=1)
"""For so long a mark is good: events are forgotten once a day."""


class Behind(BillingError):
    """Too much has happened since, or nobody remembers it."""

    code = "READ_ANEW"

    def __init__(self) -> None:
        super().__init__(
            "Too much has happened since: read the page anew, and subscribe without `after`.",
            field="after",
        )


Subject = Callable[[EventKind, Mapping[str, Any]], str | None]


@dataclass(frozen=True, slots=True)
class Topic:
    """Some kinds of events; `subject` says what an event is about, None if it is none of these.

    Of events about the same subject the newest says all.
    """

    kinds: frozenset[EventKind]
    subject: Subject


_PAYMENTS = frozenset(
    {
        *(K.PAYMENT_SUCCEEDED, K.PAYMENT_DECLINED, K.PAYMENT_UNKNOWN),
        *(K.PAYMENT_TAKEN_BACK, K.PAYMENT_REINSTATED),
    }
)
_INVOICES = frozenset(
    {
        *(K.INVOICE_ISSUED, K.INVOICE_PAID, K.INVOICE_PAST_DUE, K.INVOICE_VOIDED),
        *(K.INVOICE_UNCOLLECTIBLE, K.CREDIT_NOTE_ISSUED, K.REFUND_SUCCEEDED, K.REFUND_FAILED),
    }
)


def _of_top_ups(kind: EventKind, data: Mapping[str, Any]) -> str | None:
    if kind is K.TOP_UP_STOPPED:
        return ""
    if data.get("purpose") == Purpose.INVOICE:
        return None
    payment: str = data["paymentId"]
    return payment


def of_run(run_id: str) -> Topic:
    """One billing run, by its global id."""

    def subject(_: EventKind, data: Mapping[str, Any]) -> str | None:
        return run_id if data.get("billingRunId") == run_id else None

    return Topic(frozenset({K.BILLING_RUN_PROGRESSED}), subject)


BALANCE = Topic(frozenset({K.CREDITS_BALANCE_CHANGED}), lambda *_: "")
INVOICES = Topic(_INVOICES | _PAYMENTS, lambda _, data: data.get("invoiceId"))
TOP_UPS = Topic(frozenset({K.TOP_UP_STARTED, K.TOP_UP_STOPPED}) | _PAYMENTS, _of_top_ups)
ACCESS = Topic(
    frozenset({K.USER_STATUS_CHANGED, K.USER_ROLE_CHANGED, K.SESSION_ENDED, K.API_KEY_CHANGED}),
    lambda *_: "",
)
"""What may end somebody's right to listen."""


@dataclass(frozen=True, slots=True)
class Mark:
    """All events of transactions before `frontier` were seen at `at`; of later ones perhaps some,
    so that going on from here may repeat something, and leaves out nothing."""

    frontier: int
    at: datetime

    @property
    def text(self) -> str:
        packed = self.frontier.to_bytes(8) + int(self.at.timestamp()).to_bytes(8)
        return urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, now: datetime) -> "Mark":
        """InvalidInput if it is none of ours; Behind if it is too old."""
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if len(text) < 2 * 16 else b""
            at = datetime.fromtimestamp(int.from_bytes(raw[8:]), UTC)
        except (ValueError, OverflowError, OSError):
            raw, at = b"", now
        frontier = int.from_bytes(raw[:8])
        if len(raw) != 2 * 8 or frontier >= 2**63:
            message = "This is no cursor; take it from a message of this subscription as it is."
            raise InvalidInput(message, field="after")
        if now - at > KEPT:
            raise Behind
        return cls(frontier, at)
