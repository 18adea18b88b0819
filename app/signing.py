"""The keys of Perseat and of its sandbox: from the settings, or such as the data folder keeps."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from app.settings import Settings
from app.tokens import TokenKeys

KEY_BYTES = 32


def signing_key(settings: Settings) -> bytes:
    """Signs previews and links; the secrets of webhooks are made from it."""
    return _key(settings, settings.signing_key, "signing.key").encode()


def token_keys(settings: Settings) -> TokenKeys:
    """Sign access tokens."""
    seeds = _key(settings, settings.token_keys, "tokens.key").split(",")
    return TokenKeys.of(settings.base_url, [bytes.fromhex(seed) for seed in seeds])


def key_pepper(settings: Settings) -> bytes:
    """What the hashes of API keys are made with, and no database holds."""
    return _key(settings, settings.key_pepper, "pepper.key").encode()


def sandbox_key(settings: Settings) -> str:
    """The bearer key of the sandbox payment provider."""
    return _key(settings, settings.sandbox_key, "sandbox.key")


def sandbox_secret(settings: Settings) -> str:
    """Signs the sandbox's webhooks; base64, and hex digits are that too."""
    return _key(settings, settings.sandbox_webhook_secret, "sandbox-webhooks.key")


def _key(settings: Settings, given: SecretStr | None, name: str) -> str:
    """All processes of one data folder share it; servers without one share the setting."""
    if given is not None:
        return given.get_secret_value()
    path = settings.data_folder.expanduser() / name
    if not path.exists():
        _make(path)
    return path.read_text()


def _make(path: Path) -> None:
    """Whole before it is seen, and the first of two that make it at once wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_hex(KEY_BYTES).encode())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
