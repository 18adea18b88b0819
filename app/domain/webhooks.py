"""Webhooks out: where they may go, which secrets sign them, when they are tried again."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from app.domain.errors import InvalidInput
from app.domain.events import WITHIN, EventKind

ENDPOINTS = 10
"""Of one account."""
OVERLAP = timedelta(days=1)
"""So long an old secret still signs beside the new one."""
IN_LINE = 5
"""So many attempts hold up what comes behind; then a delivery steps aside and is tried alone."""
GIVE_UP = timedelta(days=3)
DISABLE = timedelta(days=5)
"""An endpoint that has taken nothing for so long is disabled."""
QUIET = timedelta(days=1)
"""While something waits there is an attempt within half a day."""
KEEP_DELIVERIES, KEEP_EVENTS = timedelta(days=30), timedelta(days=35)
REPLAYED = 1_000
"""Events that are replayed at once."""
WAITING = 10_000
"""Where so many wait nothing is replayed."""
EXCERPT = 2_000
LOGGED = 200
"""Characters of an answer that each attempt keeps; the last one keeps more."""
_URL, _TEXT = 2_000, 200
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
LADDER = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    *(2 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR),
)
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_OLD = (IPv6Network("::/96"), IPv6Network("fec0::/10"))


class EndpointStatus(StrEnum):
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    DELETED = "DELETED"


class DeliveryStatus(StrEnum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


def is_public(address: str) -> bool:
    """S20: whether anybody on the internet could reach it; not what hides another address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast
    if ip.ipv4_mapped or ip.sixtofour or ip.teredo or any(ip in each for each in (*_NAT64, *_OLD)):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def clean_url(text: str, *, to_loopback: bool = False) -> str:
    """S20: https, no password, no address that is not public; http to this machine only where it is
    allowed, for development. Names are looked up when a webhook is sent, each time."""
    text = text.strip()
    parts = _split(text)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad("A URL of webhooks has no password and no #fragment.")
    if to_loopback and (host == "localhost" or is_loopback(host)):
        return text
    if parts.scheme != "https":
        raise _bad("Webhooks are sent to https:// only.")
    if _is_address(host) and not is_public(host):
        raise _bad("This address is not on the public internet.")
    return text


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad("This is not a URL.") from None
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= _URL
    if not plain or not parts.hostname or port == 0 or parts.scheme not in {"http", "https"}:
        raise _bad(f"This is not a URL of at most {_URL:,} characters such as https://example.com.")
    return parts


def _is_address(host: str) -> bool:
    """Also as 2130706433, 0x7f.1 or 017700000001, which some take for addresses."""
    if ":" in host:
        return True
    last = host.rstrip(".").rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")


def _bad(message: str) -> InvalidInput:
    return InvalidInput(message, field="url")


def clean_description(text: str) -> str:
    text = text.strip()
    if len(text) > _TEXT or not text.isprintable():
        raise InvalidInput(
            f"A description is one line of at most {_TEXT} characters.", field="description"
        )
    return text


def clean_kinds(kinds: Sequence[EventKind]) -> list[str]:
    """In the order of the catalogue; none stands for all, those that are still to come too."""
    sent = [each for each in EventKind if each not in {EventKind.WEBHOOK_TEST, *WITHIN}]
    wanted = [str(each) for each in sent if each in kinds]
    if kinds and not wanted:
        message = "Nothing of these kinds is sent to endpoints by itself: name others, or none."
        raise InvalidInput(message, field="kinds")
    return wanted


def secret(key: bytes, account_id: UUID, endpoint_id: UUID, version: int) -> str:
    """S21: made from the signing key, which is not in the database: a dump of it signs nothing."""
    name = b"perseat webhook secret\0" + account_id.bytes + endpoint_id.bytes
    made = hmac.digest(key, name + version.to_bytes(4), hashlib.sha256)
    return f"whsec_{b64encode(made).decode()}"


def next_attempt(delivery_id: UUID, attempts: int, now: datetime) -> datetime:
    """After so many failed attempts; up to a fifth later, so that not all come at once."""
    step = LADDER[min(attempts, len(LADDER)) - 1]
    share = hashlib.sha256(delivery_id.bytes + attempts.to_bytes(4)).digest()[0]
    return now + step + step * share // 1280


def rest(delivery_id: UUID, failures: int, now: datetime) -> datetime:
    """Until when an endpoint that has failed so many times in a row gets nothing at all: until
    what has failed is tried again, and ten minutes or little more."""
    return next_attempt(delivery_id, min(failures, 4), now)


def failing_since(since: datetime | None, rest_until: datetime | None, now: datetime) -> datetime:
    """Of an endpoint that has failed now: where nothing was tried for a day, nobody knows that it
    has failed all the time."""
    quiet = rest_until is not None and now - rest_until >= QUIET
    return now if since is None or quiet else since
