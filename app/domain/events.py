"""What happens to an account, as it is told outside: one kind for each thing that somebody may want
to act on. Events are thin: ids, states and amounts; who wants more asks for it by the ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.ids import ALONE, encode
from app.domain.money import to_decimal


class EventKind(StrEnum):
    """The text is the `type` of a webhook."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CONVERTED = "account.converted"
    ACCOUNT_CLOSED = "account.closed"
    USER_CREATED = "user.created"
    USER_STATUS_CHANGED = "user.status_changed"
    USER_ROLE_CHANGED = "user.role_changed"
    SESSION_ENDED = "session.ended"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    INVOICE_ISSUED = "invoice.issued"
    INVOICE_PAID = "invoice.paid"
    INVOICE_PAST_DUE = "invoice.past_due"
    INVOICE_VOIDED = "invoice.voided"
    INVOICE_UNCOLLECTIBLE = "invoice.uncollectible"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_DECLINED = "payment.declined"
    PAYMENT_UNKNOWN = "payment.unknown"
    PAYMENT_TAKEN_BACK = "payment.taken_back"
    PAYMENT_REINSTATED = "payment.reinstated"
    CREDITS_BALANCE_CHANGED = "credits.balance_changed"
    TOP_UP_STARTED = "top_up.started"
    TOP_UP_STOPPED = "top_up.stopped"
    PAYMENT_METHOD_ADDED = "payment_method.added"
    PAYMENT_METHOD_REMOVED = "payment_method.removed"
    PAYMENT_METHOD_EXPIRING = "payment_method.expiring"
    API_KEY_CHANGED = "api_key.changed"
    BILLING_RUN_PROGRESSED = "billing_run.progressed"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Told:
    """What a kind says, and the fields of its data: all of them, null where there is nothing."""

    sentence: str
    fields: tuple[str, ...] = ()


K = EventKind
_INVOICE = ("invoiceId", "number", "kind", "status", "total", "due", "currency")
_PAYMENT = ("paymentId", "invoiceId", "purpose", "amount")
_REFUND = ("refundId", "paymentId", "invoiceId", "creditNoteId", "amount")
_CHANGE = ("plan", "term", "change", "effectiveOn")

CATALOGUE: Mapping[EventKind, Told] = {
    K.ACCOUNT_CREATED: Told("Somebody has signed up: a trial.", ("plan", "term")),
    K.ACCOUNT_CONVERTED: Told("The trial is paid for from now on.", ("plan", "term")),
    K.ACCOUNT_CLOSED: Told("What was paid for has ended.", ("effectiveOn",)),
    K.USER_CREATED: Told("A user was added.", ("userId", "status")),
    K.USER_STATUS_CHANGED: Told(
        "A user's state has changed, and with it perhaps the bill.", ("userId", "before", "status")
    ),
    K.USER_ROLE_CHANGED: Told("A user has got or lost a role.", ("userId", "role", "granted")),
    K.SESSION_ENDED: Told(
        "Somebody has logged out, or was. Only live streams are closed by it: it is in no webhook "
        "and in no list.",
        ("userId",),
    ),
    K.SUBSCRIPTION_CHANGED: Told(
        "Plan or term were changed or will be, or a cancellation was taken back.", _CHANGE
    ),
    K.SUBSCRIPTION_CANCELLED: Told("It will end when what is paid for ends.", _CHANGE),
    K.SUBSCRIPTION_RENEWED: Told(
        "The next term has begun.", ("plan", "term", "periodStart", "periodEnd")
    ),
    K.INVOICE_ISSUED: Told("An invoice is final, and asks for what is due.", _INVOICE),
    K.INVOICE_PAID: Told("Nothing of an invoice is due any more.", _INVOICE),
    K.INVOICE_PAST_DUE: Told("Nobody could collect it, and nobody tries any more.", _INVOICE),
    K.INVOICE_VOIDED: Told("An invoice was taken back.", _INVOICE),
    K.INVOICE_UNCOLLECTIBLE: Told("An invoice was given up.", _INVOICE),
    K.CREDIT_NOTE_ISSUED: Told(
        "What was billed too much is taken back.",
        ("creditNoteId", "invoiceId", "number", "total", "refundable", "currency"),
    ),
    K.REFUND_SUCCEEDED: Told("Money went back to the card.", _REFUND),
    K.REFUND_FAILED: Told("Money did not go back, or came back later.", (*_REFUND, "failureCode")),
    K.PAYMENT_SUCCEEDED: Told("The payment provider has the money.", _PAYMENT),
    K.PAYMENT_DECLINED: Told("The payment provider has refused.", (*_PAYMENT, "declineCode")),
    K.PAYMENT_UNKNOWN: Told(
        "The provider has not answered: it may have the money or not. Nothing else is charged for "
        "it until that is known.",
        _PAYMENT,
    ),
    K.PAYMENT_TAKEN_BACK: Told("A bank has taken back what was paid: it is owed again.", _PAYMENT),
    K.PAYMENT_REINSTATED: Told("What was taken back or given back is with us again.", _PAYMENT),
    K.CREDITS_BALANCE_CHANGED: Told(
        "Prepaid credits were used, bought or corrected: once for all that happened at once.",
        ("balance",),
    ),
    K.TOP_UP_STARTED: Told("Credits are low: the card is charged.", ("paymentId", "amount")),
    K.TOP_UP_STOPPED: Told("Credits do not come by themselves any more.", ("reason",)),
    K.PAYMENT_METHOD_ADDED: Told("There is another card.", ("paymentMethodId",)),
    K.PAYMENT_METHOD_REMOVED: Told("A card is charged no more.", ("paymentMethodId",)),
    K.PAYMENT_METHOD_EXPIRING: Told(
        "The card ends in so many days, or has ended.", ("paymentMethodId", "days")
    ),
    K.API_KEY_CHANGED: Told(
        "An API key was revoked, has got another text, or is for one account less.", ("apiKeyId",)
    ),
    K.BILLING_RUN_PROGRESSED: Told(
        "A part of a billing run is done. For operators.", ("billingRunId", "status")
    ),
    K.WEBHOOK_ENDPOINT_DISABLED: Told(
        "An endpoint has taken nothing for days, or is gone: nothing is sent there any more.",
        ("webhookEndpointId", "reason"),
    ),
    K.WEBHOOK_TEST: Told("Somebody tries whether webhooks arrive.", ("webhookEndpointId",)),
}
WITHIN = frozenset({K.SESSION_ENDED})
"""Told among our own processes only: when people come and go is no business of those who pay, nor
of programs of others."""
COALESCED = frozenset({K.CREDITS_BALANCE_CHANGED, K.BILLING_RUN_PROGRESSED})
"""Of these the last of a transaction says all."""


def thin(kind: EventKind, account_id: UUID, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as it is told: texts, true or null. LookupError names what the kind does not say."""
    told = {_camel(name): _text(name, account_id, value) for name, value in data.items()}
    if odd := set(told) ^ set(CATALOGUE[kind].fields):
        raise LookupError(f"{kind}: {sorted(odd)}")
    return told


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)


def _text(name: str, account_id: UUID, value: Any) -> Any:
    """Ids as the API takes them; an amount, which is an int of micros, in units of the currency."""
    if isinstance(value, UUID):
        noun = name.removesuffix("_id").replace("_", "")
        return encode(noun, value) if noun in ALONE else encode(noun, account_id, value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool):
        return value
    return f"{to_decimal(value):f}" if isinstance(value, int) else str(value)
