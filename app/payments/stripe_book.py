"""Stripe's side of the book: what it has charged, with what became of it since."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any, TypeAlias
from uuid import UUID

from stripe import InvalidRequestError, ListObject, RequestOptions, V1Services

from app.payments import stripe_reading as reading
from app.payments.provider import Charge
from app.payments.stripe_errors import answered

_Json: TypeAlias = dict[str, Any]
_Ask: TypeAlias = Callable[[], Awaitable[ListObject[Any]]]

_REFUNDS = "latest_charge.refunds"
_PAGE = 100
_DAY = 24 * 60 * 60
_TIMED = 7
"""The version of UUIDs that begin with the milliseconds of the time when they were made."""


def made_at(key: UUID) -> int:
    """In seconds, as Stripe tells times; of a key that does not tell its age, the first day."""
    return (key.int >> 80) // 1000 if key.version == _TIMED else _DAY


class Book:
    """Reads by listing, newest first: Stripe's search may lag a minute and more behind."""

    def __init__(self, stripe: V1Services, deadline: float) -> None:
        self._stripe = stripe
        self.deadline = deadline

    async def charge(self, reference: str) -> Charge:
        intent = await self._stripe.payment_intents.retrieve_async(
            reference, {"expand": [_REFUNDS]}
        )
        return await self._read(intent.to_dict())

    async def known(self, reference: str, customer: str) -> Charge | None:
        """None also if it is another customer's: nothing is done to what is not ours."""
        try:
            intent = await self._stripe.payment_intents.retrieve_async(
                reference, {"expand": [_REFUNDS]}
            )
        except InvalidRequestError as error:
            if error.http_status != HTTPStatus.NOT_FOUND:
                raise
            return None
        found = intent.to_dict()
        return await self.settled(found) if reading.customer_of(found) == customer else None

    async def find(self, key: UUID, customer: str) -> Charge | None:
        """Among the customer's charges that are not older than the key: who was charged often
        cannot be read whole before the deadline."""
        listed = partial(
            self._stripe.payment_intents.list_async,
            {
                "customer": customer,
                "created": {"gte": made_at(key) - _DAY},
                "limit": _PAGE,
                "expand": [f"data.{_REFUNDS}"],
            },
        )
        async for intent in self._all(listed):
            if reading.key_of(intent) == key:
                return await self.settled(intent)
        return None

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        """Whole seconds are all that Stripe knows of times."""
        listed = partial(
            self._stripe.payment_intents.list_async,
            {
                "created": {"gte": int(since.timestamp()), "lt": ceil(until.timestamp())},
                "limit": _PAGE,
                "expand": [f"data.{_REFUNDS}"],
            },
        )
        async for intent in self._all(listed):
            if reading.was_tried(intent) and since <= reading.created_at(intent) < until:
                yield await self._read(intent)

    async def settled(self, intent: _Json) -> Charge:
        """One that waits for its owner is cancelled, or it could succeed when all is over."""
        if intent["status"] in reading.WAITING:
            options: RequestOptions = {"idempotency_key": f"cancel-{intent['id']}"}
            cancelled = await self._stripe.payment_intents.cancel_async(intent["id"], {}, options)
            intent = cancelled.to_dict()
        return await self._read(intent)

    @answered
    async def _read(self, intent: _Json) -> Charge:
        """With one more request where it was refunded often, and one where it was disputed."""
        charge = reading.latest_charge(intent) or {}
        refunds, disputes = charge.get("refunds") or {"data": []}, list[_Json]()
        given: list[_Json] = refunds["data"]
        if refunds.get("has_more"):
            given = await self._of(self._stripe.refunds.list_async, charge)
        if charge.get("disputed"):
            disputes = await self._of(self._stripe.disputes.list_async, charge)
        lost, won = (reading.disputed(disputes, status) for status in ("lost", "won"))
        return reading.charge_of(intent, given, lost, won)

    async def _of(
        self, listed: Callable[..., Awaitable[Any]], charge: Mapping[str, Any]
    ) -> list[_Json]:
        ask = partial(listed, {"charge": charge["id"], "limit": _PAGE})
        return [each async for each in self._all(ask)]

    async def _all(self, ask: _Ask) -> AsyncIterator[_Json]:
        following: _Ask | None = ask
        while following is not None:
            things, following = await self._page(following)
            for each in things:
                yield each

    @answered
    async def _page(self, ask: _Ask) -> tuple[list[_Json], _Ask | None]:
        page = await ask()
        things = [each.to_dict() for each in page.data]
        return things, page.next_page_async if page.has_more else None
