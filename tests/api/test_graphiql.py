"""GraphiQL asks where the API answers: by requests, and for subscriptions over a socket."""

import os
import re
import subprocess
from shutil import which
from typing import Any

import httpx
import orjson
import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import make_key
from tests.api.live import connected, server
from tests.make import make_company

PROGRAM = """
const { runInNewContext } = require("node:vm");
const [script, origin] = JSON.parse(process.env.GIVEN);
let shown;
runInNewContext(script, {
  URLSearchParams,
  location: { origin, hash: "#key=perseat_live_a" },
  document: { getElementById: () => null },
  GraphiQL: { createFetcher: (options) => options },
  React: { createElement: (_, props) => props },
  ReactDOM: { render: (props) => { shown = props; } },
});
console.log(JSON.stringify(shown));
"""


async def shown(http: httpx.AsyncClient, origin: str) -> dict[str, Any]:
    """What the page's script gives to GraphiQL where it was loaded from there."""
    page = (await http.get("/graphiql")).text
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[-1]
    return _run(script, origin)


def _run(script: str, origin: str) -> dict[str, Any]:
    done = subprocess.run(
        [which("node") or "node", "-e", PROGRAM],
        env={**os.environ, "GIVEN": orjson.dumps([script, origin]).decode()},
        capture_output=True,
        text=True,
        check=True,
    )
    props: dict[str, Any] = orjson.loads(done.stdout)
    return props


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://billing.example.com", "wss://billing.example.com/graphql"),
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/graphql"),
    ],
)
async def test_subscriptions_go_where_the_page_came_from(
    http: httpx.AsyncClient, origin: str, url: str
) -> None:
    assert (await shown(http, origin))["fetcher"] == {"url": "/graphql", "subscriptionUrl": url}


async def test_a_subscription_is_answered_there(app: Perseat, http: httpx.AsyncClient) -> None:
    """With the headers of its editor as they are written there, and from the page's own origin."""
    company = await make_company(app)
    key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)
    async with server(app) as running:
        origin = f"http://{running.address}"
        props = await shown(http, origin)
        headers = orjson.loads(props["defaultHeaders"])
        async with connected(running, origin=origin) as socket:
            authorization = headers["Authorization"].replace("perseat_live_a", key)
            await socket.send(type="connection_init", payload={"Authorization": authorization})
            assert await socket.told() == {"type": "connection_ack"}
            text = """subscription($id: ID!) {
                creditBalanceChanged(accountId: $id) { kind credits { balance { amount } } } }"""
            await socket.subscribe(text, id=encode("account", company.id))

            told = await socket.next()

    assert props["fetcher"]["subscriptionUrl"] == f"ws://{running.address}/graphql"
    assert told == {"kind": None, "credits": {"balance": {"amount": "0.00"}}}


async def test_what_it_needs_for_sockets_is_in_its_bundle(http: httpx.AsyncClient) -> None:
    """Nothing is fetched from elsewhere."""
    bundle = (await http.get("/graphiql/static/graphiql.min.js")).text

    assert "graphql-transport-ws" in bundle
    assert "subscriptionUrl" in bundle
