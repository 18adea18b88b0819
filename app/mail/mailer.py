"""The port to a mail system. Implementations: SMTP, and a folder of .eml files."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Protocol
from uuid import UUID

_POLICY = SMTP.clone(utf8=True)


@dataclass(frozen=True, slots=True)
class Mail:
    """A plain letter to one person. The same `key` again is the same letter again."""

    key: UUID
    to: str
    subject: str
    text: str
    written_at: datetime


class MailDelayed(Exception):
    """The mail system did not take the mail; it may later. The reason holds no text of it."""


class MailRefused(Exception):
    """The mail system will never take this mail: there is no such mailbox."""


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the mail over, within seconds; raises MailDelayed or MailRefused."""
        ...


def address_of(text: str) -> Address:
    """`Perseat <billing@example.com>`, or without a name; raises ValueError."""
    try:
        ((name, spec),) = getaddresses([text])
        address = Address(name, addr_spec=spec)
    except (ValueError, IndexError, HeaderParseError):
        address = Address()
    if not (address.username and address.domain and text.isprintable()):
        raise ValueError("must look like Perseat <billing@example.com>")
    return address


def message_of(mail: Mail, sender: Address) -> EmailMessage:
    """The message as it travels. A line break in a header is a ValueError."""
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.key}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="8bit")  # so that a link stays in one piece in the file
    return message
