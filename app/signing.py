"""The key that signs previews and links: from the settings, or one that the data folder keeps."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.settings import Settings

KEY_BYTES = 32


def signing_key(settings: Settings) -> bytes:
    """All processes of one data folder share it; servers without one share the setting."""
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value().encode()
    path = settings.data_folder.expanduser() / "signing.key"
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Whole before it is seen, and the first of two that make it at once wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_hex(KEY_BYTES).encode())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
