"""The port to a payment provider. Implementations: the sandbox's server, and Stripe.

All amounts are micros of the currency; a provider that counts in cents gets whole cents (C4).
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.domain.money import Micros

ACCOUNT = "account_id"
"""The note of an order that names our account; webhooks bring it back."""


@dataclass(frozen=True, slots=True)
class Card:
    """What may be known of a card: the provider's token and what to show a person.

    `expires_on` is the last day on which it can be charged.
    """

    token: str
    brand: str
    last4: str
    expires_on: date


class ChargeStatus(StrEnum):
    """PENDING: the provider itself does not know yet."""

    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True)
class Order:
    """A charge to be made of a stored method while nobody sits in front of a screen.

    `key` is the payment's id and the provider's idempotency key, for ever. `notes` are kept by
    the provider beside the charge, so that a charge tells whose it is where we have lost it.
    """

    key: UUID
    amount: Micros
    currency: str
    customer: str
    token: str
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund as it is at the provider; `key` is ours, None if somebody made it over there.

    One that has SUCCEEDED may be DECLINED days later; then it stays so. `failure_code` says why.
    """

    reference: str
    key: UUID | None
    status: ChargeStatus
    amount: Micros
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as it is at the provider now.

    `key`: None if it is none of ours. `customer`: who was charged, "" if the provider knows nobody.
    `taken_back`: what the provider has of it again after success (a late failure, a lost dispute).
    `returned`: what it has let us have again of that, in all; `taken_back` sinks only when it
    rises, which tells old news from new. It sinks where a dispute that was won is lost after all.
    `decline_code` is set if and only if it is DECLINED.
    """

    reference: str
    key: UUID | None
    status: ChargeStatus
    amount: Micros
    currency: str
    created_at: datetime
    decline_code: str | None = None
    taken_back: Micros = 0
    returned: Micros = 0
    refunds: tuple[Refunded, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    customer: str = ""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """What a verified webhook says. `key`: of the charge it is about, None if about none.

    It is a reason to look the charge up, never the truth itself: events come twice, late and in
    any order. `reference` is the provider's own id of the charge; some events, such as those of
    disputes, have no key.
    """

    id: str
    kind: str
    occurred_at: datetime
    key: UUID | None
    account_id: UUID | None
    reference: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError or TypeError for what could not even be kept."""
        names = [self.id, self.kind, *([] if self.reference is None else [self.reference])]
        if not (all(names) and "".join(names).isprintable() and self.occurred_at.tzinfo):
            raise ValueError("this is no event")


class OutcomeUnknown(Exception):
    """The provider gave no answer that can be relied on: it may have done it, or not.

    `reference`: what it calls the charge, if it has said that much.
    """

    def __init__(self, reason: str = "", *, reference: str | None = None) -> None:
        super().__init__(reason)
        self.reference = reference


class UnknownCard(Exception):
    """The provider knows no such token, or will not have it; says why."""


class ForgedWebhook(Exception):
    """A body whose signature is missing, wrong or too old, or that is no event at all."""


NO_EVENT = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a body comes to that is none, whoever has signed it."""


class Provider(Protocol):
    """Every method but `verify` and `charges` may be asked again with the same arguments."""

    name: str
    live: bool
    """Whether it moves money."""
    keeps_keys: timedelta | None
    """How long the same key gives the first outcome again; None: for ever. After it a charge must
    not be asked for again, only looked up."""

    async def create_customer(self, key: UUID, name: str) -> str:
        """The provider's name of an account; the same for the same key."""
        ...

    async def attach(self, customer: str, token: str) -> Card:
        """Make a token chargeable for a customer; raises UnknownCard, OutcomeUnknown."""
        ...

    async def charge(self, order: Order) -> Charge:
        """Charge once per `order.key`: the same key again gives the first outcome.

        Raises OutcomeUnknown; then it has to be looked up, or asked for again by the same key.
        """
        ...

    async def look_up(
        self, key: UUID, customer: str, reference: str | None = None
    ) -> Charge | None:
        """The charge as it is now: that of `reference`, if it is the customer's, else that of the
        key; raises OutcomeUnknown.

        None proves nothing while the charge is young: look-ups by key may lag behind.
        """
        ...

    async def refund(self, key: UUID, charge: str, amount: Micros) -> Refunded:
        """Give `amount` of the charge with that reference back, once per `key`.

        Raises OutcomeUnknown.
        """
        ...

    def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        """Every charge made in [since, until), oldest or newest first, page by page."""
        ...

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the signature of a raw body, then read it; raises ForgedWebhook."""
        ...

    async def close(self) -> None: ...
