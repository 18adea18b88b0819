"""F16: a Stripe that fails in every way; nothing is asked twice, and no doubt becomes an answer."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

import pytest
from pydantic import SecretStr

from app.domain.money import UNIT
from app.payments.provider import ForgedWebhook, OutcomeUnknown
from app.payments.stripe import DEADLINE, StripeProvider
from tests.payments import stripes
from tests.payments.contract import new_key
from tests.payments.raw_server import drips, is_silent, raw_server, resets, says
from tests.payments.stripe_answers import (
    NOW,
    ORDER,
    error,
    stripe_that,
)

UNCLEAR = {
    "500": says(500, error(type="api_error"), "stripe-should-retry: true"),
    "502 of somebody between": says(502, b"<html>Bad gateway</html>"),
    "503": says(503, error(type="api_error")),
    "429": says(429, error(code="rate_limit")),
    "the key is in use": says(409, error(code="idempotency_key_in_use")),
    "the key was another's": says(400, error(type="idempotency_error")),
    "a wrong request": says(400, error(code="parameter_unknown")),
    "our key is wrong": says(401, error(type="invalid_request_error")),
    "our key may not": says(403, error(type="invalid_request_error")),
    "no JSON": says(200, b"<html>Please log in</html>"),
    "no intent": says(200, {}),
    "reset": resets,
    "silence": is_silent,
    "drips": drips,
}
Ask: TypeAlias = Callable[[StripeProvider], Awaitable[object]]


async def _list(provider: StripeProvider) -> object:
    return [each async for each in provider.charges(NOW, NOW + timedelta(days=1))]


ASKED: list[Ask] = [
    lambda provider: provider.create_customer(new_key(), "Ada Ltd"),
    lambda provider: provider.charge(ORDER),
    lambda provider: provider.look_up(ORDER.key, "cus_1"),
    lambda provider: provider.refund(new_key(), "pi_1", UNIT),
    _list,
]


@pytest.mark.parametrize("how", UNCLEAR)
async def test_no_answer_to_rely_on_is_unknown(how: str) -> None:
    """P4 of the invariants: asked once, not again by the SDK, and soon given up."""
    deadline = 0.2 if how in {"silence", "drips"} else DEADLINE
    async with stripe_that({"*": [UNCLEAR[how]]}, deadline) as (provider, raw):
        outcomes = await asyncio.gather(*(ask(provider) for ask in ASKED), return_exceptions=True)

    assert [type(each) for each in outcomes] == [OutcomeUnknown] * len(ASKED)
    assert len(raw.asked) == len(ASKED)


async def test_nobody_there_is_unknown() -> None:
    async with raw_server({}) as gone:
        url = gone.url
    async with stripes.stripe_at(url) as provider:
        with pytest.raises(OutcomeUnknown, match="ConnectError"):
            await provider.charge(ORDER)


async def test_nothing_tells_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """S23, S24 of the threats: not the log at its wordiest, no representation, no traceback."""
    caplog.set_level(logging.DEBUG)
    echo = b"<html>sk_test_of_the_tests 4242424242424242</html>"
    told = []
    async with stripe_that({"*": [says(500, echo)]}) as (provider, _):
        with pytest.raises(OutcomeUnknown) as unknown:
            await provider.charge(ORDER)
        with pytest.raises(ForgedWebhook) as forged:
            provider.verify(echo, {"Stripe-Signature": "t=1,v1=0"})
        told = [repr(provider), str(vars(provider))]
    for info in (unknown, forged):
        told += [*traceback.format_exception(info.value), repr(info.value)]
    said = "".join(told)

    for secret in (stripes.API_KEY, stripes.SECRET, SecretStr("4242424242424242")):
        assert secret.get_secret_value() not in said
    assert stripes.API_KEY.get_secret_value() not in caplog.text.replace(echo.decode(), "")
