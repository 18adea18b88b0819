"""Who asks too much waits, and nobody else does (S32)."""

import asyncio
import math
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from api.budgets import REFUSED
from api.context import Context, Origin
from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.access import NOBODY
from app.domain.api_keys import Environment, text_of
from app.guesses import Guesses
from app.models.api_keys import KeyRole
from app.services.locks import any_account_locked
from app.throttle import Throttle
from tests.api.conftest import Client, make_key, serving
from tests.api.statements import statements
from tests.make import make_company

AWAY = "redis://127.0.0.1:1"
VALKEYS = ["well", "away", "mute", "read only"]


@pytest.fixture
async def valkey(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[str]:
    """The address of one that is in the state of the parameter."""
    if request.param == "mute":
        async with await asyncio.start_server(_silent, "127.0.0.1", 0) as server:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    elif request.param == "read only":
        name, word = new_id().hex, new_id().hex
        async with Redis.from_url(redis_url) as redis:
            reads = ["+@read", "+@connection", "+@scripting", "+time"]
            await redis.acl_setuser(name, enabled=True, passwords=f"+{word}", keys="*")
            await redis.execute_command("ACL", "SETUSER", name, *reads)
            yield redis_url.replace("redis://", f"redis://{name}:{word}@")
            await redis.acl_deluser(name)
    else:
        yield AWAY if request.param == "away" else redis_url


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Listens to all of it, and answers nothing."""
    while await reader.read(1024):
        pass
    writer.close()


@pytest.mark.parametrize("valkey", VALKEYS, indirect=True)
async def test_a_budget_is_spent_once_however_many_ask(valkey: str) -> None:
    """Whatever has become of Valkey: nobody gets more for it, and nobody is shut out."""
    throttle = Throttle(valkey, rate=1, burst=100)
    who = str(new_id())
    try:
        budgets = await asyncio.gather(*(throttle.take(who, 30) for _ in range(10)))
        other = await throttle.take(str(new_id()), 100)
    finally:
        await throttle.close()

    assert sum(each.granted for each in budgets) == 3
    refused = [each for each in budgets if not each.granted]
    assert all(0 < each.wait <= 20 and each.full_in > 80 for each in refused)
    assert other.granted


async def test_a_budget_fills_up_again(redis_url: str) -> None:
    throttle = Throttle(redis_url, rate=1_000_000, burst=100)
    who = str(new_id())
    try:
        granted = [(await throttle.take(who, 100)).granted for _ in range(5)]
    finally:
        await throttle.close()

    assert granted == [True] * 5


async def test_the_end_of_valkey_fills_nobodys_bucket(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process goes on from what was left."""
    throttle = Throttle(redis_url, rate=1, burst=100)
    who = str(new_id())
    try:
        await throttle.take(who, 80)
        monkeypatch.setattr(throttle, "_asked_again", math.inf)
        granted = [(await throttle.take(each, 80)).granted for each in (who, str(new_id()))]
    finally:
        await throttle.close()

    assert granted == [False, True]


async def test_processes_share_a_budget(redis_url: str) -> None:
    one, two = (Throttle(redis_url, rate=1, burst=10) for _ in range(2))
    who = str(new_id())
    try:
        granted = [(await each.take(who, 10)).granted for each in (one, two)]
    finally:
        await one.close()
        await two.close()

    assert granted == [True, False]


async def test_who_has_nothing_left_is_told_when_to_come_back(app: Perseat, redis_url: str) -> None:
    company = await make_company(app)
    throttle = Throttle(redis_url, rate=1, burst=60)
    document = "{ accounts(first: 50) { nodes { id } } }"
    try:
        async with serving(replace(app, throttle=throttle)) as http:
            key = await make_key(app, KeyRole.PARTNER, company.id)
            other = Client(http, await make_key(app, KeyRole.PARTNER, company.id))
            first, second = [
                await http.post(
                    "/graphql",
                    json={"query": document},
                    headers={"authorization": f"Bearer {key}"},
                )
                for _ in range(2)
            ]
            beside = await other.data(document)
    finally:
        await throttle.close()

    assert first.json()["extensions"]["cost"]["remaining"] == 9
    assert second.status_code == 429
    assert 1 <= int(second.headers["retry-after"]) <= 42
    assert second.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert beside["accounts"]["nodes"]


@pytest.mark.parametrize("text", ["{", "{ nothing }"])
async def test_what_is_refused_was_work_too(app: Perseat, redis_url: str, text: str) -> None:
    """S5: whoever sends nothing else is soon refused without a look; who mends it is not."""
    throttle = Throttle(redis_url, rate=1, burst=2 * REFUSED + 1)
    try:
        async with serving(replace(app, throttle=throttle)) as http:
            client = Client(http, await make_key(app, KeyRole.OPS))
            others = Client(http, await make_key(app, KeyRole.OPS))
            refused = [await client.ask(text) for _ in range(4)]
            good, beside = await client.ask("{ __typename }"), await others.ask("{ __typename }")
    finally:
        await throttle.close()

    limited = [_code(each) == "RATE_LIMITED" for each in refused]
    assert limited == [False, False, False, True]
    assert _code(good) == "RATE_LIMITED"
    assert beside["data"]


def _code(answer: dict[str, Any]) -> str | None:
    code: str | None = answer["errors"][0].get("extensions", {}).get("code")
    return code


async def test_downloads_and_uploads_have_a_price(app: Perseat, redis_url: str) -> None:
    company = await make_company(app)
    throttle = Throttle(redis_url, rate=1, burst=15)
    try:
        async with serving(replace(app, throttle=throttle)) as http:
            key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)
            answers = [
                await http.get("/exports/invoices.csv", headers={"authorization": f"Bearer {key}"})
                for _ in range(2)
            ]
    finally:
        await throttle.close()

    assert [each.status_code for each in answers] == [200, 429]
    assert 1 <= int(answers[1].headers["retry-after"]) <= 5


async def test_a_request_that_takes_too_long_is_given_up(app: Perseat) -> None:
    """While somebody else holds the account; nothing of it has happened."""
    company = await make_company(app)
    hasty = replace(app, settings=app.settings.model_copy(update={"request_timeout": 0.3}))
    given = {"accountId": encode("account", company.id), "name": "spring"}
    document = """mutation($input: CreateContactListInput!) {
        createContactList(input: $input) { userErrors { code } } }"""
    async with serving(hasty) as http:
        client = Client(http, await make_key(app, KeyRole.PARTNER, company.id))
        async with company.begin() as uow:
            await any_account_locked(uow, company.id)
            answer = await client.ask(document, input=given)
        again = await client.data(document, input=given)

    assert answer["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert again["createContactList"]["userErrors"] == []


async def test_who_gives_up_while_asking_has_given_up(redis_url: str) -> None:
    """Whatever the moment: what is cancelled does not go on."""
    throttle = Throttle(redis_url, rate=1_000, burst=10_000)
    who = new_id().hex
    for turns in range(60):
        asking = asyncio.create_task(throttle.take(who, 1))
        for _ in range(turns % 6):
            await asyncio.sleep(0)
        if not asking.done():
            asking.cancel()
            await asyncio.wait({asking})
            assert asking.cancelled()
    await throttle.close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
async def test_nobodys_budget_is_that_of_a_network(
    app: Perseat, one: str, other: str, *, same: bool
) -> None:
    """S18: of IPv6 everybody has more addresses than there are budgets."""
    payers = {Context(app, NOBODY, origin=Origin(address=each)).payer for each in (one, other)}

    assert (len(payers) == 1) is same


@pytest.mark.parametrize("valkey", VALKEYS, indirect=True)
async def test_who_guesses_keys_waits_before_anything_is_looked_up(
    app: Perseat, valkey: str
) -> None:
    """S19, S31: whatever has become of Valkey; keys in use behind the same address go on."""
    guesses = Guesses(f"{valkey}?db=14", at_once=3)  # others come from this address too
    company = await make_company(app)
    try:
        async with serving(replace(app, guesses=guesses)) as http:
            known = Client(http, await make_key(app, KeyRole.PARTNER, company.id))
            strangers = [
                Client(http, text_of(company.id, Environment.TEST, secrets.token_bytes(32)).text)
                for _ in range(5)
            ]
            before = await known.ask("{ __typename }")
            told = [_code(await each.ask("{ __typename }")) for each in strangers[:4]]
            with statements(app) as sent:
                last = await http.post(
                    "/graphql", headers={"authorization": f"Bearer {strangers[4].key}"}
                )
            after = await known.ask("{ __typename }")
    finally:
        await guesses.close()

    assert told == ["UNAUTHENTICATED"] * 3 + ["RATE_LIMITED"]
    assert (last.status_code, last.headers["retry-after"], sent) == (429, "1", [])
    assert before["data"] == after["data"] == {"__typename": "Query"}


async def test_a_mistyped_key_is_no_guess(app: Perseat) -> None:
    """Its checksum says so, without a look at anything."""
    guesses = Guesses(AWAY, at_once=1)
    async with serving(replace(app, guesses=guesses)) as http:
        wrong = Client(http, "perseat_live_mistyped")
        told = [_code(await wrong.ask("{ __typename }")) for _ in range(3)]
    await guesses.close()

    assert told == ["UNAUTHENTICATED"] * 3
