"""S30: in production nothing starts with secrets that are missing, samples, or made up here."""

import secrets

import pytest
from pydantic import ValidationError

from app.settings import Settings

GOOD = {
    "environment": "production",
    "database_url": f"postgresql://perseat:{secrets.token_hex()}@db/perseat",
    "redis_url": f"redis://:{secrets.token_hex()}@valkey:6379",
    "signing_key": secrets.token_hex(),
    "token_keys": f"{secrets.token_hex()}, {secrets.token_hex()}",
    "key_pepper": secrets.token_hex(),
    "sandbox_key": secrets.token_hex(),
    "sandbox_webhook_secret": secrets.token_hex(),
    "public_url": "https://billing.example.com",
    "mail_from": "Billing <billing@example.com>",
    "smtp_url": "smtp://mail.example.com:587",
}


def test_what_is_complete_starts() -> None:
    assert Settings.model_validate(GOOD).public_url == GOOD["public_url"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("database_url", None, "PERSEAT_DATABASE_URL is not set"),
        ("database_url", "postgresql://perseat:postgres@db/perseat", "anybody would try"),
        ("redis_url", None, "PERSEAT_REDIS_URL is not set"),
        ("redis_url", "redis://:changeme@valkey", "PERSEAT_REDIS_URL has a password"),
        ("signing_key", None, "PERSEAT_SIGNING_KEY is not set"),
        (
            "signing_key",
            "change-me-change-me-change-me-123456",
            "PERSEAT_SIGNING_KEY is not random",
        ),
        ("signing_key", "0123" * 8, "PERSEAT_SIGNING_KEY is not random"),
        ("token_keys", None, "PERSEAT_TOKEN_KEYS is not set"),
        ("token_keys", "0123" * 16, "PERSEAT_TOKEN_KEYS is not random"),
        ("key_pepper", None, "PERSEAT_KEY_PEPPER is not set"),
        ("sandbox_key", None, "PERSEAT_SANDBOX_KEY is not set"),
        ("sandbox_webhook_secret", None, "PERSEAT_SANDBOX_WEBHOOK_SECRET is not set"),
        ("public_url", None, "https://"),
        ("public_url", "http://billing.example.com", "https://"),
        ("smtp_url", None, "PERSEAT_SMTP_URL is not set"),
    ],
)
def test_what_is_missing_is_named(name: str, value: str | None, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({**GOOD, name: value})

    (wrong,) = refused.value.errors()
    assert "PERSEAT_ENVIRONMENT=production" in wrong["msg"]
    assert told in wrong["msg"]


def test_in_development_it_is_made_up() -> None:
    assert Settings.model_validate({}).signing_key is None


@pytest.mark.parametrize(
    "origins", ["*", "https://*", "app.example.com", "https://a.example/path", "https://a b"]
)
def test_what_is_no_origin_is_refused(origins: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"cors_origins": origins})
