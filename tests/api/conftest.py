"""A GraphQL client that speaks HTTP to the real application, in this process."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.asgi import create_app
from api.ids import encode
from api.manifest import is_trusted
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.services import api_keys
from app.services.api_keys import NewKey
from tests.make import Company


@dataclass
class Client:
    """Asks as the holder of a key; `data` fails on errors, `ask` gives the whole answer."""

    http: httpx.AsyncClient
    key: str
    headers: dict[str, str] = field(default_factory=lambda: {"perseat-reason": "a test"})

    async def ask(self, query: str, /, **variables: Any) -> dict[str, Any]:
        response = await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self.key}", **self.headers},
        )
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, query: str, /, **variables: Any) -> dict[str, Any]:
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def mutate(self, name: str, answer: str, /, **given: Any) -> dict[str, Any]:
        """Call the mutation `name` with `given` as its input; what it asks back is `answer`."""
        kind = INPUTS.get(name, f"{name[0].upper()}{name[1:]}Input")
        query = f"""mutation($input: {kind}!) {{
            {name}(input: $input) {{ {answer} userErrors {{ code field message }} }} }}"""
        result: dict[str, Any] = (await self.data(query, input=given))[name]
        return result


INPUTS = {
    **dict.fromkeys(("grantApiKey", "revokeApiKeyGrant"), "ApiKeyGrantInput"),
    **dict.fromkeys(
        ("activateUser", "pauseUser", "suspendUser", "deactivateUser"),
        "UserStatusInput",
    ),
    **dict.fromkeys(("grantRole", "revokeRole"), "UserRoleInput"),
    **dict.fromkeys(("addAddOn", "removeAddOn"), "AddOnInput"),
    **dict.fromkeys(
        ("setDefaultPaymentMethod", "removePaymentMethod"),
        "PaymentMethodInput",
    ),
    **dict.fromkeys(("cancelSubscription", "resumeSubscription"), "CancellationInput"),
    **dict.fromkeys(
        ("rotateWebhookSecret", "deleteWebhookEndpoint", "sendTestEvent"), "WebhookEndpointInput"
    ),
}


_networks = count(1)


@asynccontextmanager
async def serving(
    app: Perseat,
    hosts: Sequence[str] = ("*",),
    trusted: Callable[[str | None], bool] = is_trusted,
) -> AsyncIterator[httpx.AsyncClient]:
    """The application around `app`, in this process, asked from a network address that nobody else
    comes from, with cookies of its own."""
    application = create_app(nullcontext(app), hosts=hosts, trusted=trusted)
    application.state.perseat = app
    network = str(ip_address("10.0.0.0") + next(_networks))
    transport = httpx.ASGITransport(application, client=(network, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://perseat") as client:
        yield client


@pytest.fixture
async def http(app: Perseat) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app) as client:
        yield client


async def make_key(app: Perseat, role: KeyRole, account_id: UUID | None = None) -> str:
    transactions = app.operators if account_id is None else app.tenants
    async with transactions.begin(account_id) as uow:
        new = NewKey(role, "test")
        key, text = await api_keys.create_api_key(uow, account_id, new, pepper=app.key_pepper)
        key.last_used_at = uow.now()  # the first request writes nothing, as the others
    return text


async def make_partner(ops: Client, *companies: Company) -> Client:
    """A partner with a key for these."""
    made = await ops.mutate(
        "createPartnerKey", "text apiKey { id }", name="reseller", environment="TEST"
    )
    for each in companies:
        told = await ops.mutate(
            "grantApiKey",
            "",
            accountId=encode("account", each.id),
            apiKeyId=made["apiKey"]["id"],
        )
        assert told["userErrors"] == []
    return Client(ops.http, made["text"])


@pytest.fixture
async def ops(app: Perseat, http: httpx.AsyncClient) -> Client:
    return Client(http, await make_key(app, KeyRole.OPS))


@pytest.fixture
async def own_ops(own_app: Perseat) -> AsyncIterator[Client]:
    """An operator of the application on a database of the test's own."""
    async with serving(own_app) as client:
        yield Client(client, await make_key(own_app, KeyRole.OPS))
