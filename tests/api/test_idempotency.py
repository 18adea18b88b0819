"""Whatever moves money or makes something may be sent twice: by its key, or because the second time
finds it done."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.ids import decode, encode
from api.limits import movers
from api.operations import MOVING, MUTATIONS
from api.schema import schema
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, query

BY_ITSELF = {
    **dict.fromkeys(("recordUsage", "adjustUsage"), "the caller's id of each event"),
    "authorizeUsage": "the caller's reference of the hold",
    **dict.fromkeys(("releaseHold", "extendHold"), "the hold has an end once"),
    **dict.fromkeys(("cancelSubscription", "resumeSubscription"), "a state, not a change"),
    **dict.fromkeys(("setCreditAlerts", "configureAutoTopUp"), "a state, not a change"),
    **dict.fromkeys(("updateBillingDetails", "markInvoiceUncollectible"), "a state, not a change"),
    **dict.fromkeys(("setDefaultPaymentMethod", "removePaymentMethod"), "a state, not a change"),
    "addPaymentMethod": "the provider's token is used once",
    **dict.fromkeys(("adoptCharge", "adoptRefunds"), "the provider's id is booked once"),
    **dict.fromkeys(("startBillingRun", "applyBillingRun", "retryBillingRun"), "one bill a period"),
}
"""Why these need no key."""


def test_what_moves_money_takes_a_key_or_needs_none() -> None:
    """S7: a new mutation has to be of one sort or the other."""
    moving = {name for name, needed in MUTATIONS.items() if needed in MOVING}

    assert moving == movers(schema._schema) | set(BY_ITSELF)  # noqa: SLF001
    assert not movers(schema._schema) & set(BY_ITSELF)  # noqa: SLF001


@pytest.mark.parametrize("name", sorted(movers(schema._schema) - {"rerunTopUps"}))  # noqa: SLF001
def test_a_key_cannot_be_left_out(name: str) -> None:
    """A dry run alone has none."""
    root = schema._schema.mutation_type  # noqa: SLF001
    assert root is not None
    given = root.fields[name].args["input"].type.of_type.fields["idempotencyKey"]

    assert str(given.type) == "String!"


MAKERS = {
    "createAccount",
    "createUser",
    "createWebhookEndpoint",
    "createApiKey",
    "createPartnerKey",
}
UNIQUE = {
    "createLine": "its number is taken",
    **dict.fromkeys(("createRingGroup", "createContactList"), "its name is taken"),
    **dict.fromkeys(("createContact", "recordCommunication"), "nothing is billed by it"),
}
"""Why these need no key."""


def test_what_makes_something_takes_a_key_or_needs_none() -> None:
    root = schema._schema.mutation_type  # noqa: SLF001
    assert root is not None
    making = {name for name in MUTATIONS if name.startswith(("create", "record"))}
    keyed = {
        name
        for name in making
        if "idempotencyKey" in root.fields[name].args["input"].type.of_type.fields
    }

    assert keyed == MAKERS
    assert making == MAKERS | set(UNIQUE) | {"recordUsage"}


def _new(name: str = "Twice", **more: Any) -> dict[str, Any]:
    boss = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com"}
    given = {"name": name, "planId": "upro", "administrator": boss}
    return {**given, "idempotencyKey": str(uuid4()), **more}


async def _create(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    return await client.mutate("createAccount", "account { id name status }", **given)


async def _called(app: Perseat, name: str) -> int:
    ((number,),) = await query(app, "SELECT count(*) FROM accounts WHERE name = :name", name=name)
    return int(number)


async def test_two_clicks_make_one_company(app: Perseat, ops: Client) -> None:
    """S7: the same key and input are answered as before, also long after the first."""
    given = _new(f"Twice {uuid4()}")

    first = await _create(ops, given)
    again = await _create(ops, given)

    assert first["account"]["status"] == "TRIAL"
    assert again == first
    assert await _called(app, given["name"]) == 1


async def test_ten_at_once_make_one_company(app: Perseat, ops: Client) -> None:
    given = _new(f"At once {uuid4()}")

    answers = await asyncio.gather(*(_create(ops, given) for _ in range(10)))

    assert all(each == answers[0] for each in answers)
    assert answers[0]["userErrors"] == []
    assert await _called(app, given["name"]) == 1


async def test_the_key_of_another_company_is_refused(ops: Client) -> None:
    given = _new()
    await _create(ops, given)

    other = await _create(ops, {**given, "name": "Another"})

    assert other["account"] is None
    (error,) = other["userErrors"]
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")


async def test_a_company_that_was_refused_may_be_sent_again(app: Perseat, ops: Client) -> None:
    """Nothing is kept of what was refused."""
    given = _new(f"Refused {uuid4()}")

    refused = await _create(ops, {**given, "planId": "none"})
    made = await _create(ops, given)

    assert [each["field"] for each in refused["userErrors"]] == ["planId"]
    assert made["userErrors"] == []
    assert await _called(app, given["name"]) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\nb"])
async def test_a_key_that_is_none_makes_no_company(ops: Client, key: str) -> None:
    refused = await _create(ops, _new(idempotencyKey=key))

    assert [each["field"] for each in refused["userErrors"]] == ["idempotencyKey"]


async def test_each_operator_has_keys_of_their_own(app: Perseat, ops: Client) -> None:
    given = _new(f"Both {uuid4()}")
    another = Client(ops.http, await make_key(app, KeyRole.OPS))

    answers = [await _create(each, given) for each in (ops, another)]

    assert answers[0]["account"]["id"] != answers[1]["account"]["id"]
    assert await _called(app, given["name"]) == 2


async def test_without_a_key_each_click_makes_one(app: Perseat, ops: Client) -> None:
    given = _new(f"No key {uuid4()}", idempotencyKey=None)

    for _ in range(2):
        assert (await _create(ops, given))["userErrors"] == []

    assert await _called(app, given["name"]) == 2


async def test_what_was_made_once_is_in_the_audit_of_its_company(app: Perseat, ops: Client) -> None:
    """S25: in its own chain, as without a key."""
    account = (await _create(ops, _new()))["account"]["id"]

    sql = "SELECT operation FROM audit_events WHERE account_id = :id"
    assert [
        tuple(each) for each in await query(app, sql, id=decode("account", account, field="")[0])
    ] == [("createAccount",)]


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await make_company(app)


@pytest.fixture
async def boss(app: Perseat, http: httpx.AsyncClient, company: Company) -> Client:
    return Client(http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))


async def _twice_at_once(
    client: Client, name: str, answer: str, /, **given: Any
) -> list[dict[str, Any]]:
    keyed = {**given, "idempotencyKey": str(uuid4())}
    return list(await asyncio.gather(*(client.mutate(name, answer, **keyed) for _ in range(2))))


async def test_a_user_is_added_once(company: Company, boss: Client) -> None:
    """Instead of the conflict that the address is taken."""
    given = {"accountId": encode("account", company.id), "firstName": "Grace"}
    given |= {"lastName": "Hopper", "email": "grace@example.com"}

    first, again = await _twice_at_once(boss, "createUser", "user { id email }", **given)

    assert first == again
    assert first["user"]["email"] == "grace@example.com"


async def test_an_endpoint_is_made_once_and_its_secret_is_made_again(
    company: Company, boss: Client
) -> None:
    """S21: no secret is stored; that of a rotated endpoint is told by the rotation alone."""
    given = {"accountId": encode("account", company.id), "url": "https://hooks.example.com/once"}
    given |= {"idempotencyKey": str(uuid4())}
    answer = "webhookEndpoint { id } secret"

    first, again = [await boss.mutate("createWebhookEndpoint", answer, **given) for _ in range(2)]
    await boss.mutate("rotateWebhookSecret", "secret", id=first["webhookEndpoint"]["id"])
    later = await boss.mutate("createWebhookEndpoint", answer, **given)

    assert first["secret"].startswith("whsec_")
    assert again == first
    assert later == {**first, "secret": None}


@pytest.mark.parametrize("name", ["createApiKey", "createPartnerKey"])
async def test_a_key_is_made_once_and_shown_once(
    app: Perseat, ops: Client, company: Company, name: str
) -> None:
    """S19: only a hash is kept, so that the second answer has everything but the text."""
    of = {"accountId": encode("account", company.id), "role": "PARTNER"}
    given = of if name == "createApiKey" else {"environment": "TEST"}

    answers = await _twice_at_once(ops, name, "apiKey { id last4 } text", **given, name="CRM")

    one, other = answers
    assert one["apiKey"] == other["apiKey"] != None  # noqa: E711
    (text,) = [each["text"] for each in answers if each["text"]]
    assert text.endswith(one["apiKey"]["last4"])
    kept = await query(app, "SELECT result::text FROM idempotency_keys")
    assert not any(text in str(row) for row in kept)
