"""The text of an API key: whose it is, of which world, 256 bits that nobody guesses, a checksum.

    perseat_live_<account: 22><secret: 43><checksum: 6>

What is no key is known without a look into the database. Keys of before there were two worlds
(`perseat_<account: 22>_<secret: 43>`) are good until they are revoked.
"""

import hashlib
import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.access import Permission, permitted
from app.domain.errors import InvalidInput, Refused
from app.domain.permissions import ActorRole

PREFIX = "perseat"
SECRET_BYTES = 32
LONGEST_OVERLAP = timedelta(days=7)
USED_AGAIN_AFTER = timedelta(hours=1)
"""So often at most it is written when a key was last used."""
_ACCOUNT, _SECRET, _CHECKSUM = 22, 43, 6
_LAST = 4


class Environment(StrEnum):
    """A test key opens sandbox accounts and a live key the others; operators' keys open both."""

    LIVE = "LIVE"
    TEST = "TEST"


@dataclass(frozen=True, slots=True)
class KeyText:
    """`environment` is None for keys of before there were two."""

    text: str = field(repr=False)
    account_id: UUID
    environment: Environment | None

    @property
    def last4(self) -> str:
        return self.text[-_LAST:]

    def digest(self, pepper: bytes) -> str:
        """The text is random enough for a fast hash, which can be looked up; without the pepper,
        which no database holds, a stolen copy of it is not even good for checking a guess."""
        if self.environment is None:
            return hashlib.sha256(self.text.encode()).hexdigest()
        return hmac.new(pepper, self.text.encode(), hashlib.sha256).hexdigest()


def text_of(account_id: UUID, environment: Environment, secret: bytes) -> KeyText:
    body = f"{PREFIX}_{environment.lower()}_{_encoded(account_id.bytes)}{_encoded(secret)}"
    return KeyText(f"{body}{_checksum(body)}", account_id, environment)


def parsed(text: str) -> KeyText | None:
    """None if it cannot be a key."""
    if not text.isascii():
        return None
    for environment in Environment:
        head = f"{PREFIX}_{environment.lower()}_"
        if text.startswith(head):
            return _whole(text, len(head), environment)
    return _of_before(text)


def _whole(text: str, head: int, environment: Environment) -> KeyText | None:
    body, checksum = text[:-_CHECKSUM], text[-_CHECKSUM:]
    if len(body) != head + _ACCOUNT + _SECRET or checksum != _checksum(body):
        return None
    return _named(text, text[head : head + _ACCOUNT], environment)


def _of_before(text: str) -> KeyText | None:
    head = len(PREFIX) + 1
    end = head + _ACCOUNT
    if not text.startswith(f"{PREFIX}_") or len(text) != end + 1 + _SECRET or text[end] != "_":
        return None
    return _named(text, text[head:end], None)


def _named(text: str, account: str, environment: Environment | None) -> KeyText | None:
    try:
        return KeyText(text, UUID(bytes=urlsafe_b64decode(account + "==")), environment)
    except ValueError:
        return None


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _checksum(body: str) -> str:
    return _encoded(zlib.crc32(body.encode()).to_bytes(4))


def scopes_of(texts: Iterable[str], role: ActorRole) -> frozenset[Permission]:
    """What the scopes are; InvalidInput names one that there is not, or that the role has not."""
    able = permitted({role})
    wanted = sorted(set(texts))
    for each in wanted:
        if each not in set(able):
            raise InvalidInput(
                f"{each[:40]!r} is no scope of the role {role}: {', '.join(sorted(able))}.",
                field="scopes",
            )
    if not wanted:
        raise InvalidInput("Without a scope a key can do nothing.", field="scopes")
    return frozenset(map(Permission, wanted))


def check_within(
    role: ActorRole, scopes: Iterable[Permission] | None, held: frozenset[Permission]
) -> None:
    """Nobody gives to a key what they have not themselves."""
    if more := permitted({role}, scopes) - held:
        raise Refused(
            "S4",
            f"You cannot give to a key what you may not do yourself: {', '.join(sorted(more))}.",
            field="scopes",
        )
