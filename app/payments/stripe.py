"""Stripe as a payment provider: a charge is a PaymentIntent, confirmed while nobody is there.

Only ids, brand, last digits and expiry of a card ever come here; numbers stay between the browser
and Stripe. The SDK repeats nothing by itself: asking again, by the same key, is decided by us.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import stripe
from pydantic import SecretStr

from app.domain.money import Micros
from app.payments import stripe_reading as reading
from app.payments.provider import (
    NO_EVENT,
    Card,
    Charge,
    ChargeStatus,
    ForgedWebhook,
    Order,
    ProviderEvent,
    Refunded,
    UnknownCard,
)
from app.payments.stripe_amounts import NotChargeable, to_minor
from app.payments.stripe_book import Book
from app.payments.stripe_errors import answered, decline_code, refusal, refused, unknown_card

stripe.enable_telemetry = False  # it tells of this machine, and writes into somebody's home

DEADLINE = 12.0
"""Seconds for all that one method asks of Stripe: less than half of a payment's lease."""


class StripeProvider:
    """`url` is that of a server that stands in for Stripe."""

    name = "stripe"
    keeps_keys: timedelta | None = timedelta(hours=23)
    """Stripe promises a day; an hour of it is for clocks and for the way."""

    def __init__(
        self,
        key: SecretStr,
        webhook_secret: SecretStr,
        url: str | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self.deadline = deadline
        self.live = "_live_" in key.get_secret_value()
        self._webhook_secret = webhook_secret
        self._http = stripe.HTTPXClient(timeout=deadline)
        self._client = stripe.StripeClient(
            key.get_secret_value(),
            base_addresses={"api": url.rstrip("/")} if url else {},
            http_client=self._http,
            max_network_retries=0,
        )
        self._stripe = self._client.v1
        self._book = Book(self._stripe, deadline)

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    @answered
    async def create_customer(self, key: UUID, name: str) -> str:
        """The name is no part of what the key stands for, so a new name makes nobody new."""
        customer = await self._stripe.customers.create_async(
            {"metadata": {reading.KEY: str(key)}}, {"idempotency_key": f"customer-{key}"}
        )
        await self._stripe.customers.update_async(customer.id, {"name": name})
        return customer.id

    @answered
    async def attach(self, customer: str, token: str) -> Card:
        try:
            method = await self._stripe.payment_methods.attach_async(token, {"customer": customer})
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            raise unknown_card(error) from None
        if method.type != "card":
            raise UnknownCard(f"it is no card but {method.type}")
        return reading.card_of(method.to_dict())

    @answered
    async def charge(self, order: Order) -> Charge:
        """What Stripe cannot charge at all is declined, like what a bank refuses."""
        try:
            intent = await self._confirmed(order)
        except NotChargeable as no:
            return refused(order, str(no))
        except stripe.CardError as error:
            return await self._declined(order, error)
        except stripe.InvalidRequestError as error:
            if (code := refusal(error)) is None:
                raise
            return refused(order, code, error.request_id)
        return await self._book.settled(intent.to_dict())

    async def _confirmed(self, order: Order) -> stripe.PaymentIntent:
        return await self._stripe.payment_intents.create_async(
            {
                "amount": to_minor(order.amount, order.currency),
                "currency": order.currency.lower(),
                "customer": order.customer,
                "payment_method": order.token,
                "confirm": True,
                "off_session": True,
                "metadata": {**order.notes, reading.KEY: str(order.key)},
            },
            {"idempotency_key": str(order.key)},
        )

    async def _declined(self, order: Order, error: stripe.CardError) -> Charge:
        if intent := getattr(error.error, "payment_intent", None):
            return await self._book.settled(intent.to_dict())
        found = await self._book.find(order.key, order.customer)
        return found or refused(order, decline_code(error), error.request_id)

    @answered
    async def look_up(
        self, key: UUID, customer: str, reference: str | None = None
    ) -> Charge | None:
        """By its id Stripe finds a charge at once, however many the customer has."""
        found = await self._book.known(reference, customer) if reference else None
        return found or (await self._book.find(key, customer) if customer else None)

    @answered
    async def refund(self, key: UUID, charge: str, amount: Micros) -> Refunded:
        """Also if Stripe has forgotten the key: what was refunded by it is in its book."""
        charged = await self._book.charge(charge)
        for known in charged.refunds:
            if known.key == key:
                return known
        try:
            refund = await self._stripe.refunds.create_async(
                {
                    "payment_intent": charge,
                    "amount": to_minor(amount, charged.currency),
                    "metadata": reading.refund_metadata(charged, key),
                },
                {"idempotency_key": str(key)},
            )
        except NotChargeable:
            return Refunded(str(key), key, ChargeStatus.DECLINED, amount)
        except stripe.InvalidRequestError as error:
            return Refunded(error.request_id or str(key), key, ChargeStatus.DECLINED, amount)
        return reading.refund_of(refund.to_dict())

    def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        return self._book.charges(since, until)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        signature = {name.lower(): headers[name] for name in headers}.get("stripe-signature")
        secret = self._webhook_secret.get_secret_value()
        try:
            return reading.event_of(self._client.construct_event(body, signature, secret).to_dict())
        except (stripe.SignatureVerificationError, *NO_EVENT) as error:
            raise ForgedWebhook(type(error).__name__) from None
