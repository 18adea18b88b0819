"""The port to a payment provider. Implementations: the sandbox, and later Stripe."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.domain.money import Micros


@dataclass(frozen=True, slots=True)
class Card:
    """What may be known of a card: the provider's token and what to show a person."""

    token: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`decline_code` is None when the money was taken."""

    decline_code: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.decline_code is None


class OutcomeUnknown(Exception):
    """The provider gave no answer that can be relied on: it may have charged, or not."""


class UnknownCard(Exception):
    """The provider knows no such token."""


class Provider(Protocol):
    async def card(self, token: str) -> Card:
        """Look a token up; raises UnknownCard."""
        ...

    async def charge(self, key: UUID, amount: Micros, currency: str, token: str) -> Outcome:
        """Charge once per `key`, for ever: the same key again gives the first outcome.

        Raises OutcomeUnknown; then the same key has to be asked again.
        """
        ...
