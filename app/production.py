"""What has to be set before real companies are billed: nothing is made up for them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from app.settings import Settings

FEWEST_CHARACTERS = 10
"""Different ones, in 32 or more: what is drawn at random has more, what is typed has fewer."""
SAMPLES = ("change", "default", "example", "insecure", "password", "placeholder", "secret", "your")


def missing(settings: "Settings", *, charges: bool) -> list[str]:
    """What speaks against starting in production, each by the variable that cures it; `charges`:
    whether the payment provider moves money."""
    found = [
        *_addresses(settings),
        *_key("PERSEAT_SIGNING_KEY", settings.signing_key),
        *_key("PERSEAT_TOKEN_KEYS", settings.token_keys),
        *_key("PERSEAT_KEY_PEPPER", settings.key_pepper),
    ]
    if settings.smtp_url is None:
        found.append("PERSEAT_SMTP_URL is not set: nobody reads mails that are files")
    if not charges:
        found += _key("PERSEAT_SANDBOX_KEY", settings.sandbox_key)
        found += _key("PERSEAT_SANDBOX_WEBHOOK_SECRET", settings.sandbox_webhook_secret)
    return found


def _addresses(settings: "Settings") -> Iterator[str]:
    servers = {
        "PERSEAT_DATABASE_URL": settings.database_url,
        "PERSEAT_REDIS_URL": settings.redis_url,
    }
    for name, url in servers.items():
        if url is None:
            yield f"{name} is not set: the embedded server is for development"
            continue
        password = urlsplit(url.get_secret_value()).password
        if password is not None and _is_sample(password):
            yield f"{name} has a password that anybody would try first"
    if not (settings.public_url or "").startswith("https://"):
        yield "PERSEAT_PUBLIC_URL has to begin with https://: links in mails and to invoices do"


def _key(name: str, key: SecretStr | None) -> Iterator[str]:
    if key is None:
        yield f"{name} is not set: one that is made up here is no other server's"
    elif _is_sample(text := key.get_secret_value()) or len(set(text)) < FEWEST_CHARACTERS:
        yield f"{name} is not random: make one with `openssl rand -hex 32`"


def _is_sample(text: str) -> bool:
    lower = text.lower()
    return lower in {"", "perseat", "postgres", "admin"} or any(each in lower for each in SAMPLES)
