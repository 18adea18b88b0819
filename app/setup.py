"""What has to be there before anybody can ask: the schema, the catalogue, an operator's key."""

import os
from pathlib import Path

from app.bootstrap import Perseat, perseat
from app.db.migrate import upgrade
from app.db.unit_of_work import SilentBell
from app.domain.api_keys import parsed
from app.models.api_keys import PLATFORM, KeyRole
from app.services import api_keys, plans
from app.services.api_keys import NewKey
from app.settings import Settings


async def prepare(settings: Settings) -> str:
    """Migrate, ship what is missing of the catalogue, and give the operator's key."""
    if settings.database_url is None:
        raise LookupError("database_url")
    await upgrade(settings.database_url.get_secret_value())
    async with perseat(settings, bell=SilentBell()) as app:
        async with app.operators.begin() as uow:
            await plans.ship_catalogue(uow)
        return await operator_key(app, settings.data_folder.expanduser() / "operator.key")


async def operator_key(app: Perseat, path: Path) -> str:
    """The key that this data folder keeps, made anew if it is missing or no longer good."""
    kept = _read(path)
    if kept is not None and await _is_good(app, kept):
        return kept
    async with app.operators.begin() as uow:
        _, text = await api_keys.create_api_key(
            uow, None, NewKey(KeyRole.OPS, "data folder"), pepper=app.key_pepper
        )
    _write(path, text)
    return text


def _read(path: Path) -> str | None:
    return path.read_text().strip() if path.exists() else None


def _write(path: Path, text: str) -> None:
    """For its owner's eyes only, from the first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{text}\n")


async def _is_good(app: Perseat, text: str) -> bool:
    key = parsed(text)
    if key is None:
        return False
    async with app.tenants.begin(PLATFORM) as uow:
        return await api_keys.principal_of(uow, key, pepper=app.key_pepper) is not None
