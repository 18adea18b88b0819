"""Stripe as tests have it: localstripe in a process of its own, and its test cards."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import SecretStr
from stripe import WebhookSignature

from app.payments.provider import ACCOUNT
from app.payments.stripe import DEADLINE, StripeProvider
from app.payments.stripe_reading import KEY
from tests.payments.contract import Adapter, Signed, new_key

SECRET = SecretStr("whsec_of_the_tests")
API_KEY = SecretStr("sk_test_of_the_tests")
GOOD, OTHER, DECLINED = "4242424242424242", "4000056655665556", "4000000000000341"
WAITS_FOR_OWNER = "4000002500003155"


@contextmanager
def localstripe() -> Iterator[str]:
    """Its address."""
    program = [sys.executable, str(Path(__file__).with_name("localstripe_server.py"))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


@asynccontextmanager
async def stripe_at(url: str, deadline: float = DEADLINE) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(API_KEY, SECRET, url, deadline)
    try:
        yield provider
    finally:
        await provider.close()


async def token_of(url: str, number: str) -> str:
    """What a browser does: the number goes to Stripe, and a token comes back."""
    card = {"number": number, "exp_month": "2", "exp_year": "2032", "cvc": "123"}
    form = {"type": "card"} | {f"card[{name}]": value for name, value in card.items()}
    async with httpx.AsyncClient(base_url=url, auth=(API_KEY.get_secret_value(), "")) as browser:
        made = await browser.post("/v1/payment_methods", data=form)
        return str(made.raise_for_status().json()["id"])


def signed(event: dict[str, object], at: datetime) -> Signed:
    """An event as Stripe sends it at that moment."""
    body = json.dumps({"object": "event", "created": int(at.timestamp())} | event)
    header = WebhookSignature.generate_signature_header(
        body, SECRET.get_secret_value(), int(at.timestamp())
    )
    return body.encode(), {"Stripe-Signature": header}


def succeeded(key: UUID, account: UUID, at: datetime) -> Signed:
    metadata = {KEY: str(key), ACCOUNT: str(account)}
    intent = {"object": "payment_intent", "id": "pi_1", "metadata": metadata}
    event = {"id": f"evt_{new_key().hex}", "type": "payment_intent.succeeded"}
    return signed(event | {"data": {"object": intent}}, at)


@asynccontextmanager
async def over_localstripe(url: str) -> AsyncIterator[Adapter]:
    async with stripe_at(url) as provider:
        yield Adapter(
            provider,
            good=await token_of(url, GOOD),
            other=await token_of(url, OTHER),
            declined=await token_of(url, DECLINED),
            decline_code="card_declined",
            unknown="pm_nobody",
            webhook=succeeded,
        )
