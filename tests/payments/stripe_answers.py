"""What Stripe may answer, word for word, and a Stripe that answers it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from app.clock import SystemClock
from app.domain.money import UNIT
from app.payments.provider import ACCOUNT, Order
from app.payments.stripe import DEADLINE, StripeProvider
from app.payments.stripe_reading import KEY
from tests.payments import stripes
from tests.payments.contract import new_key
from tests.payments.raw_server import Answer, Raw, raw_server, says

INTENTS, INTENT = "/v1/payment_intents", "/v1/payment_intents/pi_1"
ORDER = Order(new_key(), 70 * UNIT, "USD", "cus_1", "pm_1", {ACCOUNT: str(new_key())})
NOW = SystemClock().now()


def error(**facts: str) -> dict[str, Any]:
    return {"error": facts}


def intent(status: str, **more: Any) -> dict[str, Any]:
    made = {"id": "pi_1", "object": "payment_intent", "amount": 7000, "currency": "usd"}
    made |= {"created": int(NOW.timestamp()), "metadata": {KEY: str(ORDER.key)}}
    return made | {"status": status, "last_payment_error": None, "latest_charge": None} | more


def listed(*things: dict[str, Any], url: str, has_more: bool = False) -> Answer:
    return says(200, {"object": "list", "data": things, "has_more": has_more, "url": url})


@asynccontextmanager
async def stripe_that(
    routes: Mapping[str, list[Answer]], deadline: float = DEADLINE
) -> AsyncIterator[tuple[StripeProvider, Raw]]:
    async with (
        raw_server(routes) as raw,
        stripes.stripe_at(raw.url, deadline) as provider,
    ):
        yield provider, raw
