"""Nobody is anonymous, and a key opens one company's door only."""

from uuid import uuid4

import httpx
import pytest

from api.bearer import BAD_KEY
from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import make_company

VIEWER = "{ viewer { role accountId } }"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic dTpw",
        f"Bearer perseat_AAAAAAAAAAAAAAAAAAAAAA_{'x' * 43}",
        "Bearer perseat_AAAAAAAAAAAAAAAAAAAAAA_é",
    ],
)
async def test_without_a_good_key_nothing_is_answered(http: httpx.AsyncClient, header: str) -> None:
    response = await http.post(
        "/graphql", json={"query": VIEWER}, headers={b"authorization": header.encode()}
    )

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", "Send an API key"),
        ("Basic dTpw", "Send an API key"),
        ("Bearer", "Send an API key"),
        ("Bearer x", "not a valid API key"),
        (f"Bearer perseat_AAAAAAAAAAAAAAAAAAAAAA_{'x' * 43}", "not a valid API key"),
    ],
)
async def test_no_key_and_a_bad_key_are_told_apart(
    http: httpx.AsyncClient, header: str, told: str
) -> None:
    response = await http.post(
        "/graphql", json={"query": VIEWER}, headers={"authorization": header}
    )

    assert told in response.json()["errors"][0]["message"]


async def test_a_revoked_key_is_refused_at_its_next_request(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    made = await ops.mutate(
        "createApiKey",
        "text apiKey { id }",
        accountId=encode("account", company.id),
        role="PARTNER",
        name="integration",
    )
    partner = Client(ops.http, made["text"])
    before = await partner.data(VIEWER)

    await ops.mutate("revokeApiKey", "", id=made["apiKey"]["id"])

    assert before["viewer"] == {"role": "PARTNER", "accountId": encode("account", company.id)}
    (error,) = (await partner.ask(VIEWER))["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["message"] == BAD_KEY


async def test_another_company_does_not_exist(app: Perseat, http: httpx.AsyncClient) -> None:
    """Not found and forbidden are one answer: nobody can probe for what others have."""
    mine, theirs = await make_company(app), await make_company(app, users=2)
    await theirs.convert()
    client = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, mine.id))
    invoice = (await theirs.invoice_rows())[0]
    person = (await theirs.people())[0]

    data = await client.data(
        """query($a: ID!, $u: ID!, $i: ID!) { account(id: $a) { id } user: node(id: $u)
           { __typename } invoice(id: $i) { id } accounts { nodes { id } } }""",
        a=encode("account", theirs.id),
        u=encode("user", theirs.id, person.id),
        i=encode("invoice", theirs.id, invoice.id),
    )
    paused = await client.mutate("pauseUser", "", id=encode("user", theirs.id, person.id))
    nobody = await client.mutate("pauseUser", "", id=encode("user", uuid4(), uuid4()))

    assert data["account"] is None
    assert data["user"] is None
    assert data["invoice"] is None
    assert data["accounts"]["nodes"] == [{"id": encode("account", mine.id)}]
    assert paused["userErrors"] == nobody["userErrors"]
    assert paused["userErrors"][0]["code"] == "NOT_FOUND"
