"""S: what is secret stands nowhere but where it belongs, whatever has gone wrong."""

import httpx
import pytest

from app.models.api_keys import KeyRole
from app.services import api_keys
from app.services.api_keys import NewKey
from tests.faults.agreement import left, until
from tests.faults.client import Refusal
from tests.faults.deeds import Doing, buy, hire, spend
from tests.faults.harm import all_missing, companies
from tests.faults.leaks import card_numbers, places
from tests.faults.stack import Stack
from tests.letters import letters, token_in

PASSWORD = "nine green bottles hanging"  # noqa: S105 - nobody's
CARD = "4242 4242 4242 4242"


@pytest.mark.parametrize("number", [CARD, "5555555555554444", "378282246310005", "4222222222222"])
def test_what_a_card_number_is(number: str) -> None:
    assert list(card_numbers(f'{{"token": "{number}"}}')) == [number]


@pytest.mark.parametrize(
    "other",
    [
        "4242 4242 4242 4241",
        "1000000000000",
        "2025-11-01 12:00:00",
        "f4242424242424242",
        "424242424242",
    ],
)
def test_what_is_none(other: str) -> None:
    assert list(card_numbers(f"({other})")) == []


async def _password_set(stack: Stack, doing: Doing) -> str:
    """By the link of a letter, which is given back."""
    token = token_in(letters(stack.app, doing.hired[-1])[-1])
    async with httpx.AsyncClient(base_url=stack.url, trust_env=False) as http:
        form = {"token": token, "password": PASSWORD}
        assert (await http.post("/set-password", data=form)).is_success
    return token


async def test_nothing_secret_is_written_down(stack: Stack) -> None:
    """After all that was done and all that has gone wrong in this run until now."""
    async with companies(stack, 1) as (doing,):
        for deed in (buy, spend, hire):
            await deed(doing)
            await until(lambda: all_missing([doing]))
        with pytest.raises(Refusal):
            await doing.do("addPaymentMethod", "AddPaymentMethodInput", token=CARD)
        async with doing.company.begin() as uow:
            partner, pepper = NewKey(KeyRole.PARTNER, "partner"), stack.app.key_pepper
            _, key = await api_keys.create_api_key(uow, doing.company.id, partner, pepper=pepper)
        token = await _password_set(stack, doing)
        await until(lambda: left(stack))
    kept = [each.read_text().strip() for each in stack.folder.glob("*.key")]
    secrets = {stack.key, key, token, PASSWORD, *kept}

    written = await places(stack)
    leaks = [
        f"{place}: {secret[:6]}..."
        for place, content in written.items()
        for secret in secrets
        if secret in content
    ]
    cards = [f"{place}: {found}" for place, all_ in written.items() for found in card_numbers(all_)]
    assert len(secrets) >= 6
    assert leaks == []
    assert cards == []
