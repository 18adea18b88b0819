"""Mails by SMTP (U6), to a real server in this process."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.mail.mailer import MailDelayed, MailRefused
from app.mail.smtp import Server, SmtpMailer, server_at
from tests.mail.test_messages import SENDER, mail

HOST = "127.0.0.1"
AUTHORITY = trustme.CA()


@dataclass
class Inbox:
    """What the server took, after the `answers` that it gives first."""

    answers: list[str] = field(default_factory=list)
    at_recipient: list[str] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(envelope)
        assert server.transport is not None
        self.over_tls.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def message(self) -> Message:
        assert isinstance(self.taken[-1].content, bytes)
        return message_from_bytes(self.taken[-1].content)


class Polite(SMTP):
    """Hangs up when the client has: aiosmtpd would leave the socket half open."""

    def eof_received(self) -> bool:
        super().eof_received()
        return False


Start = Callable[..., Awaitable[Server]]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def start(inbox: Inbox) -> AsyncIterator[Start]:
    """Start a server, with TLS from the first byte if `tls`; where it is."""
    started = []

    async def run(tls: ssl.SSLContext | None = None, **options: Any) -> Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Polite(inbox, **options), HOST, 0, ssl=tls)
        started.append(server)
        return Server(HOST, server.sockets[0].getsockname()[1], tls=tls is not None)

    yield run
    for server in started:
        server.close()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server whose certificate this process believes."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(HOST).configure_cert(context)
    return context


def accepts(user: bytes, password: bytes) -> Callable[..., AuthResult]:
    def check(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (user, password))

    return check


async def test_a_mail_arrives_as_it_was_written(start: Start, inbox: Inbox) -> None:
    letter = mail("ada@example.com", "Zoë asks", f"Zoë\n{'x' * 200}\n")

    await SmtpMailer(await start(), SENDER).send(letter)

    (envelope,) = inbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("billing@example.com", ["ada@example.com"])
    assert inbox.message()["Message-ID"] == f"<{letter.key}@example.com>"
    content = inbox.message().get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.decode().replace("\r\n", "\n") == letter.text


async def test_a_server_that_refuses_for_now_gets_the_same_mail_again(
    start: Start, inbox: Inbox
) -> None:
    mailer, letter = SmtpMailer(await start(), SENDER), mail()
    inbox.answers = ["451 try again later"]

    with pytest.raises(MailDelayed, match="SMTPDataError 451"):
        await mailer.send(letter)
    await mailer.send(letter)

    assert len(inbox.taken) == 1


@pytest.mark.parametrize(
    ("answer", "error"), [("550 no such user", MailRefused), ("450 mailbox busy", MailDelayed)]
)
async def test_a_mailbox_may_be_gone_or_busy(
    start: Start, inbox: Inbox, answer: str, error: type[Exception]
) -> None:
    inbox.at_recipient = [answer]

    with pytest.raises(error) as refused:
        await SmtpMailer(await start(), SENDER).send(mail())

    assert "example.com" not in str(refused.value)


async def test_a_server_that_is_not_there_is_a_delay() -> None:
    with pytest.raises(MailDelayed, match="SMTPConnectError"):
        await SmtpMailer(Server(HOST, 1, tls=False), SENDER).send(mail())


async def test_tls_is_used_where_it_is_offered(
    start: Start, inbox: Inbox, trusted: ssl.SSLContext
) -> None:
    await SmtpMailer(await start(tls_context=trusted), SENDER).send(mail())
    await SmtpMailer(await start(tls=trusted), SENDER).send(mail())

    assert inbox.over_tls == [True, True]


def with_password(server: Server) -> Server:
    return server_at(f"smtp://us%20er:p%40ss%3Aword@{server.host}:{server.port}")


async def test_a_password_lets_us_in(start: Start, inbox: Inbox, trusted: ssl.SSLContext) -> None:
    check = accepts(b"us er", b"p@ss:word")
    server = await start(tls_context=trusted, authenticator=check, auth_required=True)

    await SmtpMailer(with_password(server), SENDER).send(mail())

    assert inbox.over_tls == [True]


async def test_a_password_is_told_under_tls_only(start: Start, inbox: Inbox) -> None:
    """A server that does not offer TLS, or one in between that hides it, gets nothing."""
    server = await start(authenticator=accepts(b"", b""), auth_require_tls=False)

    with pytest.raises(MailDelayed):
        await SmtpMailer(with_password(server), SENDER).send(mail())

    assert inbox.taken == []


async def test_a_certificate_of_somebody_else_is_refused(
    start: Start, inbox: Inbox, trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(MailDelayed):
        await SmtpMailer(await start(tls=trusted), SENDER).send(mail())

    assert inbox.taken == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", Server("mail.example.com", 587, tls=False)),
        ("smtps://mail.example.com/", Server("mail.example.com", 465, tls=True)),
        ("smtp://u:p@[::1]:2525", Server("::1", 2525, tls=False, user="u", password="p")),
    ],
)
def test_an_address_says_how(url: str, server: Server) -> None:
    assert server_at(url) == server
    assert "password" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://user:secret@",
        "smtp://user:secret@host:port",
        "smtp://user:secret@host:99999",
        "smtp://[::1",
        "smtp://host/path",
        "smtp://user@host",
    ],
)
def test_what_is_no_address_is_told_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"must look like|needs a user") as wrong:
        server_at(url)

    assert "secret" not in str(wrong.value)
