"""Nobody is anonymous, and a key opens one company's door only."""

from uuid import uuid4

import httpx
import pytest

from api.bearer import BAD_KEY
from api.ids import encode
from app.bootstrap import Perseat
from app.domain.api_keys import Environment, text_of
from app.domain.users import Role
from app.models.api_keys import PLATFORM, KeyRole
from app.services import api_keys, roles
from app.services.api_keys import NewKey
from tests.api.conftest import Client, make_key, make_partner
from tests.api.statements import statements
from tests.make import TESTER, make_company, query

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


@pytest.mark.parametrize(
    "text",
    [
        "perseat_live_" + "x" * 71,
        text_of(uuid4(), Environment.LIVE, bytes(32)).text[:-1] + "é",
        text_of(uuid4(), Environment.TEST, bytes(32)).text.replace("_test_", "_live_"),
        "perseat",
    ],
    ids=["too long", "of other letters", "of another world", "too short"],
)
async def test_what_is_no_key_is_refused_without_a_look(
    app: Perseat, http: httpx.AsyncClient, text: str
) -> None:
    """S19: a wrong checksum costs no statement."""
    with statements(app) as sent:
        response = await http.post(
            "/graphql",
            json={"query": VIEWER},
            headers={b"authorization": f"Bearer {text}".encode()},
        )

    assert response.status_code == 401
    assert sent == []


async def test_a_key_is_made_rotated_and_listed(app: Perseat, http: httpx.AsyncClient) -> None:
    company = await make_company(app)
    admin = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, company.id))
    made = await admin.mutate(
        "createApiKey",
        "text apiKey { id }",
        accountId=encode("account", company.id),
        role="PARTNER",
        name="CRM",
        scopes=["users:read"],
        expiresAt="2099-01-01T00:00:00Z",
    )
    rotated = await admin.mutate("rotateApiKey", "text", id=made["apiKey"]["id"], overlapHours=1)
    seen = [
        (await Client(http, text).data(VIEWER))["viewer"]["role"]
        for text in (made["text"], rotated["text"])
    ]
    listed = await admin.data(
        """query($id: ID!) { account(id: $id) { apiKeys { nodes {
            name scopes last4 environment expiresAt lastUsedAt previousEndsAt revokedAt } } } }""",
        id=encode("account", company.id),
    )

    assert seen == ["PARTNER", "PARTNER"]
    key = listed["account"]["apiKeys"]["nodes"][0]
    assert key["last4"] == rotated["text"][-4:]
    assert key["scopes"] == ["users:read"]
    assert (key["environment"], key["revokedAt"]) == ("TEST", None)
    assert key["previousEndsAt"]
    assert key["lastUsedAt"]
    (error,) = (await Client(http, rotated["text"]).ask("{ plans { id } }"))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


LISTED = "{ viewer { accountId } accounts { nodes { id users { nodes { email } } } } }"
NAMES = "{ viewer { accountId } accounts { nodes { id name } } }"


async def test_nobody_makes_a_partners_key_that_may_more_than_they(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """S4: else who may only grant accounts could take them for themselves."""
    clerk = NewKey(KeyRole.OPS, "clerk", scopes=["keys:grant", "keys:read", "users:read"])
    async with app.operators.begin() as uow:
        _, text = await api_keys.create_api_key(uow, None, clerk, pepper=app.key_pepper)
    client = Client(http, text)
    given = {"name": "reseller", "environment": "TEST"}

    more = await client.mutate("createPartnerKey", "text", **given)
    same = await client.mutate("createPartnerKey", "text", **given, scopes=["users:read"])

    assert more["text"] is None
    assert more["userErrors"][0]["code"] == "REFUSED"
    assert same["userErrors"] == []


async def test_one_grant_says_for_whom_a_partner_asks(app: Perseat, ops: Client) -> None:
    company, other = await make_company(app), await make_company(app)
    partner = await make_partner(ops, company)

    data = await partner.data(LISTED)
    theirs = await partner.data(
        "query($id: ID!) { account(id: $id) { name } }", id=encode("account", other.id)
    )

    assert data["viewer"]["accountId"] == encode("account", company.id)
    (account,) = data["accounts"]["nodes"]
    assert account["users"]["nodes"]
    assert theirs == {"account": None}


async def test_of_several_grants_the_request_says_which(app: Perseat, ops: Client) -> None:
    """S1: whatever is granted, one request sees what one account has."""
    companies = [await make_company(app) for _ in range(3)]
    one, two, other = (encode("account", each.id) for each in companies)
    partner = await make_partner(ops, *companies[:2])

    asking = Client(ops.http, partner.key, {"Perseat-Account": one})
    strange = Client(ops.http, partner.key, {"Perseat-Account": other})
    nonsense = Client(ops.http, partner.key, {"Perseat-Account": "acme"})
    unsaid, said = await partner.data(NAMES), await asking.data(NAMES)
    line = "createContactList", ""
    created = await asking.mutate(*line, accountId=one, name="spring")
    elsewhere = await asking.mutate(*line, accountId=two, name="spring")
    whole = await asking.ask(LISTED)

    assert unsaid["viewer"]["accountId"] is None
    assert said["viewer"]["accountId"] == one
    for each in (unsaid, said):
        assert {node["id"] for node in each["accounts"]["nodes"]} == {one, two}
    assert created["userErrors"] == []
    assert "Perseat-Account" in elsewhere["userErrors"][0]["message"]
    assert {each["extensions"]["code"] for each in whole["errors"]} == {"INVALID"}
    assert (await strange.ask(NAMES))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await nonsense.ask(NAMES))["errors"][0]["extensions"]["code"] == "INVALID"


async def test_an_account_is_taken_from_a_partner(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    partner = await make_partner(ops, company)
    sql = "SELECT key_id FROM api_key_grants WHERE account_id = :id"
    ((key_id,),) = await query(app, sql, id=company.id)
    given = {
        "accountId": encode("account", company.id),
        "apiKeyId": encode("apikey", PLATFORM, key_id),
    }

    told = await ops.mutate("revokeApiKeyGrant", "apiKey { name }", **given)

    assert told["apiKey"] == {"name": "reseller"}
    assert (await partner.data(NAMES))["accounts"]["nodes"] == []


async def test_a_key_of_one_account_cannot_be_granted_another(app: Perseat, ops: Client) -> None:
    company, other = await make_company(app), await make_company(app)
    await make_key(app, KeyRole.PARTNER, company.id)
    ((key_id,),) = await query(app, "SELECT id FROM api_keys WHERE account_id = :id", id=company.id)

    told = await ops.mutate(
        "grantApiKey",
        "",
        accountId=encode("account", other.id),
        apiKeyId=encode("apikey", company.id, key_id),
    )

    assert told["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_key_of_few_scopes_makes_nobody_who_may_more(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """S4: else whoever may only write users could make, or become, an administrator."""
    company = await make_company(app)
    (agent, other) = await company.add(2)
    async with company.begin() as uow:
        new = NewKey(KeyRole.ADMINISTRATOR, "directory", scopes=["users:write"])
        _, text = await api_keys.create_api_key(uow, company.id, new, pepper=app.key_pepper)
        await roles.grant_role(uow, company.id, other.id, Role.ADMINISTRATOR, actor=TESTER)
    key = Client(http, text)
    account, low, high = (
        encode("account", company.id),
        encode("user", company.id, agent.id),
        encode("user", company.id, other.id),
    )
    person = {"accountId": account, "firstName": "Eve", "lastName": "Moss"}

    refused = [
        await key.mutate(
            "createUser", "", **person, email="e@example.com", roles=["BILLING_ADMIN"]
        ),
        await key.mutate("grantRole", "", id=low, role="ADMINISTRATOR"),
        await key.mutate("updateUser", "", id=high, email="eve@example.com"),
        await key.mutate("sendPasswordLink", "", userId=high),
    ]
    staff = await key.mutate("createUser", "", **person, email="eva@example.com", roles=["AGENT"])

    assert {each["userErrors"][0]["message"][:15] for each in refused} == {"With its scopes"}
    assert staff["userErrors"] == []
