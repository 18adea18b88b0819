"""Texts that open something: they name the account to look in, and the rest cannot be guessed."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

_ACCOUNT_LENGTH = 22
_SECRET_LENGTH = 43


def make(account_id: UUID) -> str:
    return f"{_text(account_id.bytes)}{secrets.token_urlsafe(32)}"


def after(text: str, key: bytes) -> str:
    """The one that follows on this: the same each time, and nobody's to guess without the key."""
    follows = hmac.digest(key, b"after " + text.encode(), "sha256")
    return f"{text[:_ACCOUNT_LENGTH]}{_text(follows)}"


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def digest(text: str) -> str:
    """As for API keys: of 256 random bits a fast hash is enough, and can be looked up."""
    return hashlib.sha256(text.encode()).hexdigest()


def account_in(text: str) -> UUID | None:
    """The account that a text names: the tenant in which it is looked up."""
    if len(text) != _ACCOUNT_LENGTH + _SECRET_LENGTH or not text.isascii():
        return None
    try:
        return UUID(bytes=urlsafe_b64decode(text[:_ACCOUNT_LENGTH] + "=="))
    except ValueError:
        return None
