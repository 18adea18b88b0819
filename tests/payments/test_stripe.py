"""What is particular to Stripe, on localstripe; the contract of all adapters is tried there too."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.domain.money import CENT, UNIT
from app.payments.provider import (
    ACCOUNT,
    ChargeStatus,
    Order,
    OutcomeUnknown,
    ProviderEvent,
    UnknownCard,
)
from app.payments.stripe import StripeProvider
from app.payments.stripe_reading import KEY
from tests.payments import stripes
from tests.payments.contract import new_key
from tests.payments.raw_server import raw_server, says


@pytest.fixture(scope="module")
async def provider(localstripe: str) -> AsyncIterator[StripeProvider]:
    async with stripes.stripe_at(localstripe) as provider:
        yield provider


@pytest.fixture(scope="module")
async def api(localstripe: str) -> AsyncIterator[httpx.AsyncClient]:
    """Stripe as its owner sees it."""
    auth = (stripes.API_KEY.get_secret_value(), "")
    async with httpx.AsyncClient(base_url=localstripe, auth=auth) as client:
        yield client


async def order_of(provider: StripeProvider, url: str, number: str) -> Order:
    customer = await provider.create_customer(new_key(), "Ada Ltd")
    card = await provider.attach(customer, await stripes.token_of(url, number))
    return Order(new_key(), 70 * UNIT, "USD", customer, card.token)


async def intent_of(api: httpx.AsyncClient, order: Order) -> dict[str, Any]:
    listed = await api.get("/v1/payment_intents", params={"customer": order.customer})
    (intent,) = listed.json()["data"]
    assert intent["metadata"][KEY] == str(order.key)
    return dict(intent)


async def test_a_card_is_shown_by_brand_digits_and_last_day(
    provider: StripeProvider, localstripe: str
) -> None:
    """29 February 2032 is the last day of a card that is good until 02/32."""
    customer = await provider.create_customer(new_key(), "Ada Ltd")
    token = await stripes.token_of(localstripe, stripes.GOOD)

    card = await provider.attach(customer, token)

    assert (card.token, card.brand, card.last4) == (token, "visa", "4242")
    assert card.expires_on == date(2032, 2, 29)


async def test_a_card_that_its_bank_refuses_is_not_attached(
    provider: StripeProvider, localstripe: str
) -> None:
    customer = await provider.create_customer(new_key(), "Ada Ltd")
    token = await stripes.token_of(localstripe, "4000000000000002")

    with pytest.raises(UnknownCard, match=r"^Your card was declined$"):
        await provider.attach(customer, token)


async def test_what_is_no_card_is_refused(provider: StripeProvider, api: httpx.AsyncClient) -> None:
    customer = await provider.create_customer(new_key(), "Ada Ltd")
    account = {"type": "sepa_debit", "sepa_debit[iban]": "DE89370400440532013000"}
    token = (await api.post("/v1/payment_methods", data=account)).json()["id"]

    with pytest.raises(UnknownCard, match="no card but sepa_debit"):
        await provider.attach(customer, token)


async def test_an_account_that_is_renamed_stays_the_same_customer(
    provider: StripeProvider, api: httpx.AsyncClient
) -> None:
    key = new_key()

    first, again = [await provider.create_customer(key, name) for name in ("Ada Ltd", "Ada AG")]

    assert first == again
    assert (await api.get(f"/v1/customers/{first}")).json()["name"] == "Ada AG"


async def test_a_card_that_waits_for_its_owner_is_declined_for_good(
    provider: StripeProvider, api: httpx.AsyncClient, localstripe: str
) -> None:
    """P3 of the invariants: what we call declined can never succeed later."""
    order = await order_of(provider, localstripe, stripes.WAITS_FOR_OWNER)

    charge = await provider.charge(order)
    again = await provider.charge(order)

    assert charge.status is ChargeStatus.DECLINED
    assert charge.decline_code == "authentication_required"
    assert (await intent_of(api, order))["status"] == "canceled"
    assert charge == again == await provider.look_up(order.key, order.customer)


async def test_who_died_before_cancelling_cancels_at_the_look_up(
    provider: StripeProvider, api: httpx.AsyncClient, localstripe: str
) -> None:
    """P3 of the invariants. To list charges changes nothing: then it is still pending."""
    order = await order_of(provider, localstripe, stripes.WAITS_FOR_OWNER)
    form = {"amount": "7000", "currency": "usd", "customer": order.customer, "confirm": "true"}
    form |= {"payment_method": order.token, "off_session": "true"}
    form |= {f"metadata[{KEY}]": str(order.key)}
    (await api.post("/v1/payment_intents", data=form)).raise_for_status()
    now = SystemClock().now()

    listed = provider.charges(now - timedelta(minutes=1), now + timedelta(minutes=1))
    (seen,) = [each async for each in listed if each.key == order.key]
    found = await provider.look_up(order.key, order.customer)

    assert seen.status is ChargeStatus.PENDING
    assert found is not None
    assert (found.status, found.decline_code) == (ChargeStatus.DECLINED, "authentication_required")
    assert (await intent_of(api, order))["status"] == "canceled"


async def test_a_key_that_stands_for_something_else_tells_nothing(
    provider: StripeProvider, localstripe: str
) -> None:
    """P1 of the invariants: neither charge may be taken for the other."""
    order = await order_of(provider, localstripe, stripes.GOOD)
    await provider.charge(order)

    with pytest.raises(OutcomeUnknown, match="IdempotencyError 400"):
        await provider.charge(replace(order, amount=71 * UNIT))


async def test_yen_are_counted_in_yen(
    provider: StripeProvider, api: httpx.AsyncClient, localstripe: str
) -> None:
    order = await order_of(provider, localstripe, stripes.GOOD)
    order = replace(order, currency="JPY")

    charge = await provider.charge(order)
    refund = await provider.refund(new_key(), charge.reference, 20 * UNIT)

    intent = await intent_of(api, order)
    assert (intent["amount"], intent["currency"]) == (70, "jpy")
    assert (charge.amount, charge.currency, refund.amount) == (70 * UNIT, "JPY", 20 * UNIT)


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (70 * UNIT + CENT, "JPY", "amount_not_supported"),
        (CENT // 2, "USD", "amount_not_supported"),
        (70 * UNIT, "UGX", "currency_not_supported"),
    ],
)
async def test_what_cannot_be_charged_is_declined_unasked(
    provider: StripeProvider, localstripe: str, amount: int, currency: str, code: str
) -> None:
    order = await order_of(provider, localstripe, stripes.GOOD)
    order = replace(order, amount=amount, currency=currency)

    charge = await provider.charge(order)

    assert (charge.status, charge.decline_code) == (ChargeStatus.DECLINED, code)
    assert (charge.amount, charge.currency, charge.key) == (amount, currency, order.key)
    assert await provider.look_up(order.key, order.customer) is None


async def test_many_refunds_are_all_found(provider: StripeProvider, localstripe: str) -> None:
    """P7 of the invariants. Stripe shows ten beside their charge."""
    order = await order_of(provider, localstripe, stripes.GOOD)
    charge = await provider.charge(order)
    keys = [new_key() for _ in range(12)]
    for key in keys:
        await provider.refund(key, charge.reference, UNIT)

    found = await provider.look_up(order.key, order.customer)

    assert found is not None
    assert {each.key for each in found.refunds} == set(keys)


async def test_webhooks_of_localstripe_are_genuine(
    provider: StripeProvider, api: httpx.AsyncClient, localstripe: str
) -> None:
    """F18: verified on the raw body; an event about a customer is about no charge."""
    events: dict[str, ProviderEvent] = {}
    async with raw_server({"POST /webhooks/stripe": [says(200, {})]}) as inbox:
        hook = {"url": f"{inbox.url}/webhooks/stripe", "secret": stripes.SECRET.get_secret_value()}
        (await api.post("/_config/webhooks/perseat", data=hook)).raise_for_status()
        order = await order_of(provider, localstripe, stripes.GOOD)
        order = replace(order, notes={ACCOUNT: str(new_key())})
        charge = await provider.charge(order)
        while not {"customer.created", "payment_intent.succeeded"} <= events.keys():
            asked = await asyncio.wait_for(inbox.arrivals.get(), 20)
            thing = json.loads(asked.body)["data"]["object"]
            if thing.get("customer", thing["id"]) == order.customer:
                event = provider.verify(asked.body, asked.headers)
                events[event.kind] = event

    succeeded, created = events["payment_intent.succeeded"], events["customer.created"]
    assert (succeeded.key, succeeded.reference) == (order.key, charge.reference)
    assert str(succeeded.account_id) == order.notes[ACCOUNT]
    assert (created.key, created.account_id, created.reference) == (None, None, None)
