"""What a contract test needs to know of an adapter, whichever it is."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import uuid_utils.compat

from app.domain.money import UNIT, Micros
from app.payments.provider import ACCOUNT, Order, Provider

Signed: TypeAlias = tuple[bytes, Mapping[str, str]]


@dataclass(frozen=True)
class Adapter:
    """A provider, tokens of cards that it knows, and how it signs its webhooks.

    `webhook(key, account, at)` is the body and the headers of an event of that moment about the
    charge of that key.
    """

    provider: Provider
    good: str
    other: str
    declined: str
    decline_code: str
    unknown: str
    webhook: Callable[[UUID, UUID, datetime], Signed]

    async def customer(self) -> str:
        """A new one, for whom both good cards and the bad one can be charged."""
        customer = await self.provider.create_customer(new_key(), "Contract Ltd")
        for token in (self.good, self.other, self.declined):
            await self.provider.attach(customer, token)
        return customer

    async def order(self, token: str | None = None, amount: Micros = 70 * UNIT) -> Order:
        customer = await self.customer()
        notes = {ACCOUNT: str(new_key()), "purpose": "INVOICE"}
        return Order(new_key(), amount, "USD", customer, token or self.good, notes)


Start: TypeAlias = Callable[[Path], AbstractAsyncContextManager[Adapter]]
"""Starts an adapter with what is behind it, in a folder of its own."""


def new_key() -> UUID:
    return uuid_utils.compat.uuid7()
