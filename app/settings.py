"""What an operator may set, read once from the environment (`PERSEAT_...`)."""

import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATA_FOLDER = user_data_path("perseat") if os.geteuid() else Path("/var/lib/perseat")
"""PostgreSQL refuses to run as root, and nobody else may enter root's home."""


class Settings(BaseSettings):
    """Immutable settings; built once by an entry point and passed down.

    Without `database_url` and `redis_url` the embedded PostgreSQL and Valkey in `data_folder`
    are used; the commands that start them put their addresses into the environment of the
    processes that they start.
    """

    model_config = SettingsConfigDict(env_prefix="PERSEAT_", frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        default=None, description="postgresql://... of a server that already runs"
    )
    redis_url: SecretStr | None = Field(
        default=None, description="redis://... of a Redis or Valkey that already runs"
    )
    data_folder: Path = Field(
        default=DEFAULT_DATA_FOLDER, description="where the embedded servers keep their data"
    )
    signing_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="signs previews; the same on all servers; made in the data folder if not set",
    )
    host: str = Field(default="127.0.0.1", description="address on which the API listens")
    port: int = Field(
        default=8000, ge=1, le=65_535, description="port of the API; the next free one if taken"
    )
    pool_size: int = Field(default=5, ge=1, description="connections per process and role")
    chunk_size: int = Field(default=500, ge=1, description="accounts billed in one transaction")
