"""Subscriptions, over sockets and as server-sent events, against a real server."""

import asyncio
import socket as network
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from socket import SO_RCVBUF, SOL_SOCKET
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from starlette.routing import WebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from api import presence, sockets
from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.events import EventKind
from app.domain.live import KEPT, Mark
from app.domain.users import Role
from app.doorbell import told
from app.models.api_keys import KeyRole
from app.services import api_keys
from app.services.live import Feed
from tests.api.conftest import Client, make_key
from tests.api.live import Server, connected, listening, process, server, streaming
from tests.api.pages import DOCUMENTS, name_of, subscriptions
from tests.logging_in import enter, person, token_of
from tests.make import Company, make_company, query

BALANCE = """subscription($id: ID!, $after: String) {
  creditBalanceChanged(accountId: $id, after: $after) {
    cursor kind at credits { balance { amount } } } }"""
INVOICES = """subscription($id: ID!, $after: String) {
  invoiceChanged(accountId: $id, after: $after) {
    cursor kind invoice { number kind status amountDue { amount } charges { description } } } }"""
TOP_UPS = """subscription($id: ID!) { topUpChanged(accountId: $id) {
    cursor kind autoTopUp { enabled } topUp { payment { purpose status amount { amount } } } } }"""


@pytest.fixture(scope="module")
async def quick(app: Perseat) -> AsyncIterator[Perseat]:
    """It looks often by itself, without a doorbell."""
    nobody = partial(told, "redis://127.0.0.1:1")
    feed = Feed(app.operators, nobody, every=timedelta(milliseconds=50))
    slow, app_feed = app.feed, "feed"
    object.__setattr__(app, app_feed, feed)
    yield app
    object.__setattr__(app, app_feed, slow)


@pytest.fixture
async def live(quick: Perseat) -> AsyncIterator[Server]:
    async with server(quick) as running:
        yield running


@pytest.fixture
async def company(quick: Perseat) -> Company:
    company = await make_company(quick)
    await company.convert()
    return company


async def key_of(company: Company, role: KeyRole = KeyRole.ADMINISTRATOR) -> str:
    return await make_key(company.app, role, company.id)


def id_of(company: Company) -> str:
    return encode("account", company.id)


async def test_the_balance_is_told_as_it_is(live: Server, company: Company) -> None:
    """Once at the beginning, and whenever it has changed."""
    async with listening(live, await key_of(company)) as socket:
        await socket.subscribe(BALANCE, id=id_of(company))
        first = await socket.next()
        await company.buy("25.00")
        second = await socket.next()

    assert (first["kind"], first["credits"]["balance"]["amount"]) == (None, "0.00")
    assert second["kind"] == "CREDITS_BALANCE_CHANGED"
    assert second["credits"]["balance"]["amount"] == "25.00"


async def test_after_a_cursor_it_goes_on(live: Server, company: Company) -> None:
    """What happened meanwhile is told once: as it is now."""
    key = await key_of(company)
    async with listening(live, key) as socket:
        await socket.subscribe(BALANCE, id=id_of(company))
        cursor = (await socket.next())["cursor"]
    await company.buy("25.00")
    await company.buy("10.00")

    async with listening(live, key) as socket:
        await socket.subscribe(BALANCE, id=id_of(company), after=cursor)
        missed = await socket.next()
        await company.buy("1.00")
        following = await socket.next()

    assert missed["credits"]["balance"]["amount"] == "35.00"
    assert following["credits"]["balance"]["amount"] == "36.00"


async def test_invoices_and_top_ups(live: Server, company: Company) -> None:
    """Two subscriptions of one socket."""
    async with listening(live, await key_of(company)) as socket:
        await socket.subscribe(INVOICES, id=id_of(company))
        assert (await socket.next())["invoice"] is None
        await socket.subscribe(TOP_UPS, id=id_of(company))
        assert (await socket.next())["topUp"] is None
        await company.buy("25.00")
        told = [await socket.next(), await socket.next()]

    (invoice,) = [each["invoice"] for each in told if "invoice" in each]
    (top_up,) = [each["topUp"]["payment"] for each in told if "topUp" in each]
    assert (invoice["kind"], invoice["status"]) == ("TOP_UP", "PAID")
    assert top_up == {"purpose": "PURCHASE", "status": "SUCCEEDED", "amount": {"amount": "25.00"}}


async def test_server_sent_events(live: Server, company: Company) -> None:
    """The id of each is its cursor; `Last-Event-ID` goes on behind it."""
    key = await key_of(company)
    async with streaming(live, key, BALANCE, id=id_of(company)) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        first = await stream.event()
    await company.buy("25.00")

    after = {"last-event-id": first["id"]}
    async with streaming(live, key, BALANCE, after, id=id_of(company)) as stream:
        missed = await stream.next()

    assert missed["credits"]["balance"]["amount"] == "25.00"


async def test_a_revoked_key_is_closed(live: Server, company: Company) -> None:
    """S12, S16: at once, sockets and streams."""
    key, keeps = await key_of(company), await key_of(company, KeyRole.BILLING_ADMIN)
    async with (
        listening(live, key) as socket,
        listening(live, keeps) as other,
        streaming(live, key, BALANCE, id=id_of(company)) as stream,
    ):
        await other.subscribe(BALANCE, id=id_of(company))
        await other.next()
        await socket.subscribe(BALANCE, id=id_of(company))
        await stream.next()
        await revoke(company, KeyRole.ADMINISTRATOR)
        assert await socket.closed() == (4403, presence.OVER.reason)
        last = await stream.event()
        assert presence.OVER.reason in last["data"]
        assert (await stream.event())["event"] == "complete"
        await company.buy("25.00")
        await other.next()


async def revoke(company: Company, role: KeyRole) -> None:
    sql = "SELECT id FROM api_keys WHERE account_id = :id AND role = :role AND revoked_at IS NULL"
    for (key_id,) in await query(company.app, sql, id=company.id, role=role):
        async with company.begin() as uow:
            await api_keys.revoke_api_key(uow, company.id, key_id)


async def end_silently(company: Company) -> None:
    """All keys of the company, and nobody is told."""
    async with company.app.operators.begin() as uow:
        connection = await uow.session.connection()
        sql = "UPDATE api_keys SET revoked_at = now() WHERE account_id = :id"
        await connection.execute(text(sql), {"id": company.id})


async def test_who_listens_is_looked_up_when_people_change(live: Server, company: Company) -> None:
    """S16: whoever is suspended, deleted or loses a role may not listen any more."""
    async with listening(live, await key_of(company)) as socket:
        await socket.subscribe(BALANCE, id=id_of(company))
        await socket.next()
        await end_silently(company)
        async with company.begin() as uow:
            told = {"before": "ACTIVE", "status": "SUSPENDED"}
            uow.tell(EventKind.USER_STATUS_CHANGED, company.id, user_id=new_id(), **told)
        assert (await socket.closed())[0] == 4403


async def test_who_listens_is_looked_up_from_time_to_time(
    live: Server, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that runs out tells nobody."""
    monkeypatch.setattr(presence, "AGAIN", 0.02)
    async with listening(live, await key_of(company)) as socket:
        await socket.subscribe(BALANCE, id=id_of(company))
        await socket.next()
        await end_silently(company)
        assert (await socket.closed())[0] == 4403


async def test_a_partner_hears_of_granted_accounts_only(
    live: Server, company: Company, ops: Client
) -> None:
    """And no more when the grant is taken back."""
    other = await make_company(company.app)
    made = await ops.mutate(
        "createPartnerKey", "apiKey { id } text", name="partner", environment="TEST"
    )
    for each in (company, other):
        await ops.mutate(
            "grantApiKey", "apiKey { id }", accountId=id_of(each), apiKeyId=made["apiKey"]["id"]
        )
    chosen = {"perseat-account": id_of(company)}
    async with listening(live, made["text"], **chosen) as socket:
        await socket.subscribe(BALANCE, id=id_of(other))
        assert "Perseat-Account" in str(await socket.told())
        assert (await socket.told())["type"] == "complete"
        await socket.subscribe(BALANCE, id=id_of(company))
        await socket.next()
        await ops.mutate(
            "revokeApiKeyGrant",
            "apiKey { id }",
            accountId=id_of(company),
            apiKeyId=made["apiKey"]["id"],
        )
        assert (await socket.closed())[0] == 4403


async def test_pages_name_their_documents(live: Server, company: Company, ops: Client) -> None:
    """As the SPA does: by the hash of the file, and the operation."""
    document = f"sha256:{sha256(DOCUMENTS['live.graphql'].encode()).hexdigest()}"
    asked = {"documentId": document, "variables": {"account": id_of(company)}}
    plan = await ops.mutate("startBillingRun", "billingRun { id }", dryRun=True, sandbox=True)
    run = plan["billingRun"]["id"]
    async with listening(live, await key_of(company)) as socket, listening(live, ops.key) as op:
        for _, operation in subscriptions():
            name = name_of(operation)
            theirs = op if name == "BillingRunProgressed" else socket
            given = {"account": id_of(company), "run": run}
            await theirs.send(
                id=name,
                type="subscribe",
                payload={**asked, "operationName": name, "variables": given},
            )
            assert (await theirs.next())["cursor"]


async def test_who_does_not_read_is_sent_away(
    live: Server, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did not read it hears when it comes again; nothing is kept for it meanwhile."""
    monkeypatch.setattr(sockets, "READING", 0.2)
    monkeypatch.setattr(sockets, "LEAVING", 0.1)
    key, long = await key_of(company), "\n".join(f"{'a' * 8_000}{n}: at" for n in range(15))
    loud = f"subscription($id: ID!) {{ creditBalanceChanged(accountId: $id) {{ {long} }} }}"
    async with streaming(live, key, BALANCE, id=id_of(company)) as stream:
        cursor = (await stream.next())["cursor"]
    with small_socket(live) as place:
        async with connected(live, sock=place, max_queue=1, compression=None) as socket:
            await socket.send(type="connection_init", payload={"authorization": f"Bearer {key}"})
            assert (await socket.told())["type"] == "connection_ack"
            for _ in range(sockets.SUBSCRIPTIONS):
                await socket.subscribe(loud, id=id_of(company))
            await company.buy("25.00")
            while len(live.application.state.presence):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            socket.connection.transport.abort()

    async with listening(live, key) as socket:
        await socket.subscribe(BALANCE, id=id_of(company), after=cursor)
        assert (await socket.next())["credits"]["balance"]["amount"] == "25.00"


@contextmanager
def small_socket(live: Server) -> Iterator[network.socket]:
    """What is not read soon fills it."""
    host, port = live.address.split(":")
    with network.socket() as place:
        place.setsockopt(SOL_SOCKET, SO_RCVBUF, 4_096)
        place.connect((host, int(port)))
        place.setblocking(False)  # noqa: FBT003
        yield place


async def test_a_process_that_stops_says_so(quick: Perseat, tmp_path: Path) -> None:
    """It waits for nobody who listens."""
    company = await make_company(quick)
    key = await key_of(company)
    async with process(quick, tmp_path) as (running, child):
        async with (
            listening(running, key) as socket,
            streaming(running, key, BALANCE, id=id_of(company)) as stream,
        ):
            await socket.subscribe(BALANCE, id=id_of(company))
            await socket.next()
            await stream.next()
            child.terminate()
            assert (await socket.closed())[0] == 1012
            while await stream.event():
                pass
        async with asyncio.timeout(30):
            await child.wait()


@pytest.mark.parametrize("deed", ["suspend", "demote"])
async def test_who_is_suspended_or_demoted_is_closed(
    live: Server, company: Company, ops: Client, deed: str
) -> None:
    """S16: a person with an access token hears what the SPA's documents ask, while they may."""
    user = await person(company, Role.BILLING_ADMIN)
    token = token_of(company, await enter(company, user))
    given = {"variables": {"account": id_of(company)}, "operationName": "CreditBalanceChanged"}
    async with listening(live, token) as socket:
        await socket.subscribe(BALANCE, id=id_of(company))
        assert "UNTRUSTED_DOCUMENT" in str(await socket.told())
        asked = {"query": DOCUMENTS["live.graphql"], **given}
        await socket.send(id="page", type="subscribe", payload=asked)
        await socket.next()
        of = {"id": encode("user", company.id, user.id)}
        if deed == "suspend":
            done = await ops.mutate("suspendUser", "user { id }", **of)
        else:
            await ops.mutate("grantRole", "user { id }", role="AGENT", **of)
            done = await ops.mutate("revokeRole", "user { id }", role="BILLING_ADMIN", **of)
        assert done["userErrors"] == []
        assert (await socket.closed())[0] == 4403


async def test_what_is_no_good_key_gets_nowhere(live: Server, company: Company) -> None:
    async with connected(live) as socket:
        await socket.send(type="connection_init", payload={"authorization": "Bearer nobody"})
        assert (await socket.closed())[0] == 4403
    async with connected(live) as socket:
        await socket.subscribe(BALANCE, id=id_of(company))
        assert (await socket.closed())[0] == 4401
    async with streaming(live, "nobody", BALANCE, id=id_of(company)) as stream:
        assert stream.response.status_code == 401


async def test_who_says_nothing_is_closed(live: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    (view,) = (each.app for each in live.application.routes if isinstance(each, WebSocketRoute))
    monkeypatch.setattr(view, "connection_init_wait_timeout", timedelta(milliseconds=1))
    async with connected(live) as socket:
        assert (await socket.closed())[0] == 4408


async def test_other_protocols_are_refused(live: Server) -> None:
    """S12: not the one of before, which let in whoever did not ask."""
    async with connected(live, subprotocols=[Subprotocol("graphql-ws")]) as socket:
        assert (await socket.closed())[0] == 4406


async def test_pages_of_other_origins_are_refused(quick: Perseat) -> None:
    async with server(quick, origins=("https://app.example.com",)) as running:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(running, origin="https://evil.example.com"):
                pass
        assert refused.value.response.status_code == 403
        async with connected(running, origin="https://app.example.com"):
            pass


@pytest.mark.parametrize(
    "message",
    ["no json", "[]", '"text"', '{"type": "subscribe", "id": 1, "payload": {}}',
     '{"type": "subscribe", "id": "1", "payload": []}', '{"type": "what"}',
     '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
     '{"type": "subscribe", "id": "1", "payload": {"variables": "\\u0000"}}',
     " " * (sockets.MOST_BYTES + 1)],
    ids=range(9),
)  # fmt: skip
async def test_what_is_no_message_is_closed(live: Server, company: Company, message: str) -> None:
    async with listening(live, await key_of(company)) as socket:
        await socket.connection.send(message)
        assert (await socket.closed())[0] == 4400


@pytest.mark.parametrize(
    "text", ["{ viewer { name } }", "mutation { __typename }", "", "nonsense {"]
)
async def test_only_subscriptions(live: Server, company: Company, text: str) -> None:
    key = await key_of(company)
    async with listening(live, key) as socket:
        await socket.subscribe(text)
        with suppress(ConnectionClosed):
            assert (await socket.told())["type"] == "error"
    async with streaming(live, key, text) as stream:
        assert '"errors"' in (await stream.event())["data"]
        assert (await stream.event())["event"] == "complete"


MISTAKES = {
    "nonsense {": "GRAPHQL_PARSE_FAILED",
    "subscription { nonsense }": "GRAPHQL_VALIDATION_FAILED",
    "subscription($id: ID!) { creditBalanceChanged(accountId: $id) { cursor } }": (
        "GRAPHQL_VALIDATION_FAILED"
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
async def test_what_no_schema_allows_has_a_code(live: Server, company: Company, text: str) -> None:
    """As by any other way; what the socket listens to beside it goes on."""
    key, code = await key_of(company), MISTAKES[text]
    async with listening(live, key) as socket:
        await socket.subscribe(text)
        told = await socket.told()
        await socket.subscribe(BALANCE, id=id_of(company))
        await socket.next()
    async with streaming(live, key, text) as stream:
        event = await stream.event()

    assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", code)
    assert orjson.loads(event["data"])["errors"][0]["extensions"]["code"] == code


async def test_limits_hold(live: Server, company: Company) -> None:
    """Depth and aliases as of any other document; nothing is read then."""
    aliases = "\n".join(f"a{n}: cursor" for n in range(20))
    text = f"subscription($id: ID!) {{ invoiceChanged(accountId: $id) {{ {aliases} }} }}"
    async with listening(live, await key_of(company)) as socket:
        await socket.subscribe(text, id=id_of(company))
        told = await socket.told()
    assert told["payload"][0]["extensions"]["code"] == "TOO_EXPENSIVE"


async def test_so_many_subscriptions_and_sockets(live: Server, company: Company) -> None:
    key = await key_of(company)
    async with listening(live, key) as socket:
        for _ in range(sockets.SUBSCRIPTIONS):
            await socket.subscribe(BALANCE, id=id_of(company))
            await socket.next()
        await socket.subscribe(BALANCE, id=id_of(company))
        assert (await socket.told())["payload"][0]["message"] == "Subscription limit reached"
        async with AsyncExitStack() as stack:
            for _ in range(company.app.settings.live_connections_each - 1):
                await stack.enter_async_context(listening(live, key))
            async with connected(live) as one_more:
                await one_more.send(
                    type="connection_init", payload={"authorization": f"Bearer {key}"}
                )
                assert (await one_more.closed())[0] == 4429
            async with streaming(live, key, BALANCE, id=id_of(company)) as stream:
                assert stream.response.status_code == 429


async def test_an_old_or_foreign_cursor_says_to_read_anew(live: Server, company: Company) -> None:
    now = company.app.clock.now()
    old = Mark(1, now - KEPT - timedelta(days=1)).text
    async with listening(live, await key_of(company)) as socket:
        for after, code in ((old, "READ_ANEW"), ("nonsense", "INVALID")):
            await socket.subscribe(BALANCE, id=id_of(company), after=after)
            told = await socket.told()
            assert code in str(told), told
            if told["type"] == "next":
                assert (await socket.told())["type"] == "complete"


async def test_who_is_gone_leaves_nothing(live: Server, company: Company) -> None:
    key, open_ones = await key_of(company), live.application.state.presence
    async with (
        listening(live, key) as socket,
        streaming(live, key, BALANCE, id=id_of(company)) as stream,
    ):
        await socket.subscribe(BALANCE, id=id_of(company))
        await socket.next()
        await stream.next()
        assert len(open_ones) == 2
        await socket.send(id="1", type="complete")
    while len(open_ones) or company.app.feed.listeners:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_who_goes_while_something_is_read_keeps_no_connection(
    live: Server, company: Company
) -> None:
    key = await key_of(company)
    for _ in range(15):
        async with listening(live, key) as socket:
            await socket.subscribe(INVOICES, id=id_of(company))
            await socket.subscribe(BALANCE, id=id_of(company))
    pool: Any = company.app.tenants.engine.pool
    while pool.checkedout():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_restart_tells_to_come_again(live: Server, company: Company) -> None:
    key = await key_of(company)
    async with (
        listening(live, key) as socket,
        streaming(live, key, BALANCE, id=id_of(company)) as stream,
    ):
        await stream.next()
        live.application.state.presence.leave()
        assert await socket.closed() == (1012, presence.RESTART.reason)
        assert presence.RESTART.reason in str(await stream.event())
        assert await stream.event() == {}


async def test_ask_by_post_without_a_stream(live: Server, company: Company) -> None:
    """A subscription has no single answer."""
    async with streaming(
        live, await key_of(company), BALANCE, {"accept": "application/json"}, id=id_of(company)
    ) as stream:
        await stream.response.aread()
    assert '"errors"' in stream.response.text
