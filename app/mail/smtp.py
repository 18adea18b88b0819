"""Mails by SMTP."""

import asyncio
from dataclasses import dataclass, field
from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.mail.mailer import Mail, MailDelayed, MailRefused, message_of

PATIENCE = 15.0
"""Seconds for one mail: less than the relay waits before it rings for the mail again."""
_PORTS = {"smtp": 587, "smtps": 465}
_FOR_EVER = range(500, 600)


@dataclass(frozen=True, slots=True)
class Server:
    """`tls` from the first byte, or by STARTTLS: where it is offered, and before any password."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def server_at(url: str) -> Server:
    """smtp://user:password@host:587 or smtps://host; raises ValueError, without the password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query:
        raise ValueError("must look like smtp://user:password@host:587 or smtps://host")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("needs a user and a password, or neither")
    return Server(
        host=host,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class SmtpMailer:
    """A connection per mail."""

    def __init__(self, server: Server, sender: Address) -> None:
        self._server = server
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            if all(code in _FOR_EVER for code in codes):
                raise MailRefused(f"refused with {codes}") from None
            raise MailDelayed(f"put off with {codes}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            code = f" {error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else ""
            raise MailDelayed(f"{type(error).__name__}{code}") from None

    async def _send(self, mail: Mail) -> None:
        """The envelope has the addresses as they are, whatever a header makes of them."""
        server = self._server
        needs_tls = server.user is not None and not server.tls
        await aiosmtplib.send(
            message_of(mail, self._sender),
            sender=self._sender.addr_spec,
            recipients=[mail.to],
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=True if needs_tls else None,
            timeout=PATIENCE,
        )
