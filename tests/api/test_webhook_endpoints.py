"""Webhooks and events through the API: made, tried, listed; and the receiver of the README."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from api.asgi import create_app
from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.services import deliveries
from app.webhooks.sender import Sender
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company

README = (Path(__file__).parents[2] / "README.md").read_text()
ENDPOINT = "webhookEndpoint { id url kinds description status oldSecretUntil } secret"
URL = "https://hooks.example.com/perseat"
LOG = """query($id: ID!) { account(id: $id) { webhookEndpoints { deliveries(first: 5) { nodes {
    status attempts responseStatus response error durationMs nextAttemptAt body
    attemptLog { responseStatus response error nextAttemptAt }
    event { kind data } } } } } }"""


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await make_company(app)


@pytest.fixture
async def partner(app: Perseat, http: httpx.AsyncClient, company: Company) -> Client:
    return Client(http, await make_key(app, KeyRole.PARTNER, company.id))


async def made(client: Client, company: Company, url: str = URL, **more: Any) -> dict[str, Any]:
    account = encode("account", company.id)
    given = {"accountId": account, "url": url, **more}
    return await client.mutate("createWebhookEndpoint", ENDPOINT, **given)


async def test_an_endpoint_shows_its_secret_once(company: Company, partner: Client) -> None:
    """S21: when it is made, and when it is rotated."""
    first = await made(partner, company, kinds=["INVOICE_PAID"], description="CRM")
    of = {"id": first["webhookEndpoint"]["id"]}
    rotated = await partner.mutate("rotateWebhookSecret", ENDPOINT, **of)
    changed = await partner.mutate("updateWebhookEndpoint", ENDPOINT, **of, kinds=[])
    asked = "query($id: ID!) { account(id: $id) { webhookEndpoints { id kinds description } } }"
    listed = await partner.data(asked, id=encode("account", company.id))

    assert first["userErrors"] == []
    assert first["webhookEndpoint"]["kinds"] == ["INVOICE_PAID"]
    assert first["webhookEndpoint"]["status"] == "ENABLED"
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", first["secret"])
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != first["secret"]
    assert rotated["webhookEndpoint"]["oldSecretUntil"] is not None
    assert changed["secret"] is None
    assert listed["account"]["webhookEndpoints"] == [{**of, "kinds": [], "description": "CRM"}]


@pytest.mark.parametrize("url", ["http://example.com", "https://10.0.0.1", "http://localhost:1"])
async def test_a_place_that_is_none_is_refused(company: Company, partner: Client, url: str) -> None:
    """S20."""
    (error,) = (await made(partner, company, url))["userErrors"]

    assert (error["code"], error["field"]) == ("INVALID", "url")


async def test_a_test_event_is_in_the_log(app: Perseat, company: Company, partner: Client) -> None:
    """With its attempt and why it failed; nothing is sent to this machine."""
    endpoint = (await made(partner, company))["webhookEndpoint"]["id"]
    answer = "delivery { status event { kind } }"
    sent = await partner.mutate("sendTestEvent", answer, id=endpoint)
    await _deliver(app, company, Sender(lookup=_nowhere))
    data = await partner.data(LOG, id=encode("account", company.id))

    ((entry,),) = [each["deliveries"]["nodes"] for each in data["account"]["webhookEndpoints"]]
    assert sent["delivery"] == {"status": "PENDING", "event": {"kind": "WEBHOOK_TEST"}}
    assert (entry["status"], entry["attempts"], entry["responseStatus"]) == ("PENDING", 1, None)
    assert entry["error"] == "the host is not on the public internet"
    assert entry["attemptLog"] == [
        {name: entry[name] for name in ("responseStatus", "response", "error", "nextAttemptAt")}
    ]
    assert entry["event"] == {"kind": "WEBHOOK_TEST", "data": {"webhookEndpointId": endpoint}}


async def test_events_are_the_backstop(ops: Client, company: Company, partner: Client) -> None:
    """Newest first, in pages, by kind; an operator sees those of all accounts."""
    asked = """query($id: ID!, $after: String) { account(id: $id) {
        events(first: 1, after: $after, kinds: [USER_CREATED, ACCOUNT_CREATED]) {
            nodes { kind accountId data } pageInfo { endCursor hasNextPage } } } }"""
    account = encode("account", company.id)

    first = (await partner.data(asked, id=account))["account"]["events"]
    after = first["pageInfo"]["endCursor"]
    second = (await partner.data(asked, id=account, after=after))["account"]["events"]
    everyone = await ops.data("{ events(first: 100) { nodes { accountId } } }")
    own = await partner.data("{ events(first: 100) { nodes { accountId } } }")

    assert [each["kind"] for each in first["nodes"]] == ["USER_CREATED"]
    assert second["nodes"] == [
        {"kind": "ACCOUNT_CREATED", "accountId": account, "data": _signed_up()}
    ]
    assert not second["pageInfo"]["hasNextPage"]
    assert account in {each["accountId"] for each in everyone["events"]["nodes"]}
    assert {each["accountId"] for each in own["events"]["nodes"]} == {account}


def _signed_up() -> dict[str, str]:
    return {"plan": "upro", "term": "MONTHLY"}


async def test_events_are_replayed(company: Company, partner: Client) -> None:
    endpoint = (await made(partner, company))["webhookEndpoint"]["id"]
    asked = "query($id: ID!) { account(id: $id) { events(first: 1) { nodes { id } } } }"
    data = await partner.data(asked, id=encode("account", company.id))
    (event,) = data["account"]["events"]["nodes"]

    of = {"webhookEndpointId": endpoint}
    one = await partner.mutate("replayEvent", "delivery { body }", **of, eventId=event["id"])
    span = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    old = await partner.mutate("replayEvents", "events", **of, **span)
    gone = await partner.mutate("deleteWebhookEndpoint", ENDPOINT, id=endpoint)
    after = await partner.mutate("replayEvent", "delivery { body }", **of, eventId=event["id"])

    assert event["id"] in one["delivery"]["body"]
    assert old["userErrors"][0]["field"] == "since"
    assert gone["webhookEndpoint"]["status"] == "DELETED"
    assert after["userErrors"][0]["code"] == "NOT_FOUND"


async def test_the_receiver_of_the_readme_takes_what_we_send(app: Perseat) -> None:
    """S21: it verifies, takes each event once, and refuses what somebody else has signed."""
    local = replace(app, settings=app.settings.model_copy(update={"webhooks_to_loopback": True}))
    company = await make_company(local)
    application = create_app(nullcontext(local))
    application.state.perseat = local
    transport = httpx.ASGITransport(application)
    handled: list[dict[str, Any]] = []
    async with httpx.AsyncClient(transport=transport, base_url="http://perseat") as http:
        client = Client(http, await make_key(local, KeyRole.PARTNER, company.id))
        with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
            url = f"http://127.0.0.1:{server.server_port}/"
            endpoint = await made(client, company, url)
            with _receiving(server, endpoint["secret"], handled):
                of = {"id": endpoint["webhookEndpoint"]["id"]}
                await client.mutate("sendTestEvent", "delivery { status }", **of)
                await _deliver(local, company, Sender(to_loopback=True))
                data = await client.data(LOG, id=encode("account", company.id))
                async with httpx.AsyncClient(trust_env=False) as stranger:
                    forged = await stranger.post(url, content=b"{}")

    ((entry,),) = [each["deliveries"]["nodes"] for each in data["account"]["webhookEndpoints"]]
    assert (entry["status"], entry["responseStatus"]) == ("DELIVERED", 204)
    assert [each["type"] for each in handled] == ["webhook.test"]
    assert forged.status_code == 400


@contextmanager
def _receiving(server: HTTPServer, secret: str, handled: list[dict[str, Any]]) -> Iterator[None]:
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {"__name__": "receiver"}
    with patch.dict(os.environ, {"WEBHOOK_SECRET": secret}):
        exec(program, names)  # noqa: S102 - it is ours
    names["handle"] = handled.append
    server.RequestHandlerClass = names["Receiver"]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


async def _nowhere(*_: object) -> list[str]:
    return ["10.0.0.1"]


async def _deliver(app: Perseat, company: Company, sender: Sender) -> None:
    for account, endpoint in await deliveries.due(app.operators, limit=1_000):
        if account == company.id:
            await deliveries.deliver(app.operators, sender, app.signing_key, account, endpoint)
    await sender.close()
