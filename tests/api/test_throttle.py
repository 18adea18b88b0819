"""Who asks too much waits, and nobody else does (S32)."""

import asyncio
from dataclasses import replace

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.models.api_keys import KeyRole
from app.services.locks import any_account_locked
from app.throttle import Throttle
from tests.api.conftest import Client, make_key, serving
from tests.make import make_company

AWAY = "redis://127.0.0.1:1"


@pytest.mark.parametrize("away", [False, True], ids=["valkey", "without valkey"])
async def test_a_budget_is_spent_once_however_many_ask(redis_url: str, *, away: bool) -> None:
    throttle = Throttle(AWAY if away else redis_url, rate=1, burst=100)
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
