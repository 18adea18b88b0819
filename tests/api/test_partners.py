"""S1: a partner's key for several accounts hears how to say which; nothing of anybody else's."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from tests.api.conftest import Client, make_partner
from tests.api.live import listening, server
from tests.api.matrix import Ids
from tests.api.test_ingestion import event, ndjson, post, recorded, told
from tests.lived import lived
from tests.make import Company, make_company

READ: Mapping[str, str] = {
    **dict.fromkeys(("account", "invoice", "charge", "hold"), "{{ {0}(id: $id) {{ id }} }}"),
    "topUp": "{{ {0}(id: $id) {{ payment {{ id }} }} }}",
    "node": "{{ {0}(id: $id) {{ __typename }} }}",
}
DAYS = "from=2025-11-01&to=2025-12-31"


@pytest.fixture
async def companies(app: Perseat) -> tuple[Company, Company, Company]:
    """Two that are granted, and another."""
    return await lived(app), await make_company(app), await make_company(app)


@pytest.fixture
async def partner(ops: Client, companies: tuple[Company, Company, Company]) -> Client:
    return await make_partner(ops, *companies[:2])


def kind(name: str) -> str:
    return {"topUp": "payment", "node": "user"}.get(name, name)


async def test_what_is_asked_for_without_saying_for_whom_says_how(
    app: Perseat, partner: Client, companies: tuple[Company, Company, Company]
) -> None:
    """Also where the header names another one; what was not granted is not there."""
    ids, other = await Ids.of(app, companies[0].id), encode("account", companies[1].id)
    elsewhere = Client(partner.http, partner.key, {"Perseat-Account": other})
    right = Client(partner.http, partner.key, {"Perseat-Account": ids.text("account")})
    for name, form in READ.items():
        document = f"query($id: ID!) {form.format(name)}"
        for client in (partner, elsewhere):
            (error,) = (await client.ask(document, id=ids.text(kind(name))))["errors"]
            assert error["extensions"] == {"code": "INVALID", "field": "id"}, name
            assert "`Perseat-Account`" in error["message"]
        stranger = await Ids.of(app, companies[2].id)
        for client in (partner, right):
            assert await client.data(document, id=stranger.text(kind(name))) == {name: None}
        assert (await right.data(document, id=ids.text(kind(name))))[name], name


async def test_documents_and_exports_say_so_too(
    app: Perseat, partner: Client, companies: tuple[Company, Company, Company]
) -> None:
    """By the address an account is named for an export; a stranger's is not there."""
    mine, _, strange = [await Ids.of(app, each.id) for each in companies]
    answers = {}
    for name, path in {
        "invoice": f"/invoices/{mine.text('invoice')}.pdf",
        "strange invoice": f"/invoices/{strange.text('invoice')}.pdf",
        "unsaid": f"/exports/invoices.csv?{DAYS}",
        "said": f"/exports/invoices.csv?{DAYS}&account={mine.text('account')}",
        "strange": f"/exports/invoices.csv?{DAYS}&account={strange.text('account')}",
    }.items():
        answer = await partner.http.get(path, headers={"authorization": f"Bearer {partner.key}"})
        answers[name] = (answer.status_code, "Perseat-Account" in answer.text)

    assert answers == {
        "invoice": (400, True),
        "strange invoice": (404, False),
        "unsaid": (400, True),
        "said": (200, False),
        "strange": (404, False),
    }


async def test_usage_is_posted_for_the_account_of_the_address(
    partner: Client, companies: tuple[Company, Company, Company]
) -> None:
    """As for that of the header; both may not differ, and a line is of no other account."""
    _, one, other = companies
    two = companies[0]
    account, second, strange = (encode("account", each.id) for each in (one, two, other))
    body = ndjson(event("a"), event("b", accountId=second), event("c", accountId=strange))

    lines = await told(partner, body, f"?account={account}")
    unsaid = await post(partner, ndjson(event("d")))
    strangers = await post(partner, ndjson(event("e")), f"?account={strange}")
    header = {"perseat-account": account}
    both = await post(partner, ndjson(event("f")), f"?account={account}", **header)
    apart = await post(partner, ndjson(event("g")), f"?account={second}", **header)

    assert [each.get("result") for each in lines] == ["RECORDED", "INVALID", "INVALID", None]
    codes = [each["error"]["code"] for each in lines[1:3]]
    assert codes == ["INVALID", "NOT_FOUND"]
    assert [each.status_code for each in (unsaid, strangers, both, apart)] == [400, 404, 200, 400]
    for each in (unsaid, apart):
        assert "`Perseat-Account`" in each.json()["errors"][0]["message"]
    assert await recorded(one) == ["a", "f"]
    assert await recorded(other) == []


async def test_who_listens_hears_it_too(
    app: Perseat, partner: Client, companies: tuple[Company, Company, Company]
) -> None:
    asked = "subscription($id: ID!) { creditBalanceChanged(accountId: $id) { cursor } }"
    errors: list[Any] = []
    async with server(app) as running, listening(running, partner.key) as socket:
        for company in (companies[0], companies[2]):
            await socket.subscribe(asked, id=encode("account", company.id))
            errors += (await socket.told())["payload"]["errors"]
            await socket.told()

    assert [each["extensions"]["code"] for each in errors] == ["INVALID", "NOT_FOUND"]
