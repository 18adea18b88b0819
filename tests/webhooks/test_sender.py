"""S20, S21: a webhook is sent to where its name is now, once, signed; nothing else is asked for."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import trustme
from standardwebhooks import Webhook

from app.webhooks.network import PublicNetwork, Unreachable, resolve
from app.webhooks.sender import MOST, Answer, Message, Sender, signed

NOW = datetime(2025, 11, 1, 12, tzinfo=UTC)
SECRETS = ("whsec_b2xkb2xkb2xkb2xkb2xkb2xk", "whsec_bmV3bmV3bmV3bmV3bmV3bmV3")


class Names:
    """A name server whose answers change."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, *_: object) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def server(
    answer: bytes, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Its port, and what it has heard; without an answer it keeps quiet."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        if answer:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1], heard
    finally:
        listening.close()


def message(port: int, host: str = "127.0.0.1", scheme: str = "http") -> Message:
    return Message("event_1", f"{scheme}://{host}:{port}/hooks", '{"a":1}', SECRETS)


def response(status: str = "200 OK", body: bytes = b"thanks", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}content-length: {len(body)}\r\n\r\n".encode() + body


async def send(to: Message, **options: object) -> Answer:
    sender = Sender(**options)  # type: ignore[arg-type]
    try:
        return await sender.send(to, NOW)
    finally:
        await sender.close()


async def test_what_is_sent_is_signed_by_each_secret() -> None:
    async with server(response()) as (port, heard):
        answer = await send(message(port), to_loopback=True)

    assert (answer.status, answer.text, answer.error) == (200, "thanks", None)
    assert answer.is_taken
    head = heard[0].decode().lower()
    assert head.startswith("post /hooks http/1.1\r\n")
    assert f"webhook-timestamp: {int(NOW.timestamp())}\r\n" in head
    assert "content-type: application/json\r\n" in head
    headers = signed(message(port), NOW)
    assert headers["webhook-signature"].split() == [
        Webhook(each).sign("event_1", NOW, '{"a":1}') for each in SECRETS
    ]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "100.64.0.1"],
)
async def test_a_name_that_stands_for_a_private_address_gets_nothing(address: str) -> None:
    """S20: one such address among public ones is enough."""
    for answers in ([address], ["93.184.216.34", address]):
        answer = await send(message(1, "hooks.example.com"), lookup=Names(answers))

        assert answer.status is None
        assert answer.error == "the host is not on the public internet"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f000001", "localhost"])
async def test_this_machine_gets_nothing_however_it_is_written(host: str) -> None:
    """S20: by the real look-up, which takes odd numbers for addresses."""
    async with server(response()) as (port, heard):
        answer = await send(message(port, host))

    assert answer.status is None
    assert heard == []


async def test_a_name_that_rebinds_is_looked_up_once_for_each_connection() -> None:
    """S20: what was checked is what is connected to; nobody looks a second time in between, and
    what is found for the next webhook is checked again."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])

    async with server(response()) as (port, heard):
        first = await send(message(port, "rebind.example.com"), to_loopback=True, lookup=names)
        asked = names.asked
        second = await send(message(port, "rebind.example.com"), to_loopback=True, lookup=names)

    assert (first.status, asked) == (200, 1)
    assert (second.status, names.asked, len(heard)) == (None, 2, 1)


async def test_no_socket_of_this_machine_is_reached() -> None:
    with pytest.raises(Unreachable):
        await PublicNetwork(to_loopback=True).connect_unix_socket("/run/docker.sock")


async def test_a_host_that_is_none_is_no_accident() -> None:
    with pytest.raises(Unreachable):
        await resolve("no-such-host.invalid", 443)


async def test_a_redirect_is_not_followed() -> None:
    """S20: it is an answer like others, and no success."""
    async with server(response()) as (other, heard):
        where = f"location: http://127.0.0.1:{other}/\r\n"
        async with server(response("307 Temporary Redirect", b"", where)) as (port, _):
            answer = await send(message(port), to_loopback=True)

    assert (answer.status, answer.is_taken, heard) == (307, False, [])


async def test_of_an_endless_answer_a_little_is_read() -> None:
    """S20: 64 KiB, and 2,000 characters of them are kept, without NULs."""
    endless = b"HTTP/1.1 500 No\r\n\r\n" + b"\0x" * MOST
    async with server(endless) as (port, _):
        answer = await send(message(port), to_loopback=True)

    assert answer.status == 500
    assert answer.text == "x" * 2_000


async def test_who_does_not_answer_is_not_waited_for() -> None:
    """S20: a slow one, one that hangs up, one that speaks no HTTP, one that is not there."""
    errors = []
    for given in (b"", b"\r\n", b"SSH-2.0\r\n\r\n"):
        async with server(given) as (port, _):
            errors.append(await send(message(port), to_loopback=True, seconds=0.3))
    errors.append(await send(message(port), to_loopback=True))

    assert [each.status for each in errors] == [None] * 4
    assert errors[0].error == "no answer within 0.3 seconds"
    assert all(each.error for each in errors)


async def test_a_certificate_is_checked_against_the_name() -> None:
    """S20: the connection goes to a number, and TLS still wants the name."""
    authority = trustme.CA()
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("hooks.example.com").configure_cert(ours)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    options = {"to_loopback": True, "lookup": Names(["127.0.0.1"]), "trust": trust}

    async with server(response(), tls=ours) as (port, _):
        right = await send(message(port, "hooks.example.com", "https"), **options)
        wrong = await send(message(port, "other.example.com", "https"), **options)

    assert right.status == 200
    assert wrong.status is None
    assert "certificate" in str(wrong.error).lower()
