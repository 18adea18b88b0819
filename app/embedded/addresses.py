"""Servers of the operator's own: their addresses in our form, and whether they will do."""

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar, cast
from urllib.parse import urlsplit

import asyncpg
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy import URL, NullPool, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from app.embedded.folder import StartupProblem

POSTGRESQL = 18
"""The schema uses uuidv7() and WITHOUT OVERLAPS."""
REDIS = (6, 2)
_SECONDS = 10.0
_EXAMPLE = "postgresql://user:password@host:5432/database"

T = TypeVar("T")


def apart(work: Coroutine[object, object, T]) -> T:
    """Run it in a thread of its own, for the caller may be inside an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def asyncpg_url(url: str) -> str:
    """A PostgreSQL address as people are given it, for SQLAlchemy over asyncpg."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StartupProblem(f"PERSEAT_DATABASE_URL must look like {_EXAMPLE}.") from error
    if parsed.drivername.partition("+")[0] not in {"postgres", "postgresql"}:
        raise StartupProblem(
            f"PERSEAT_DATABASE_URL must look like {_EXAMPLE}, not {parsed.drivername}://..."
        )
    query = {"ssl" if name == "sslmode" else name: value for name, value in parsed.query.items()}
    ours = parsed.set(drivername="postgresql+asyncpg", query=query)
    return ours.render_as_string(hide_password=False)


def check_postgres(url: str) -> None:
    """Connect as the application will; the version must do."""
    place = make_url(url)
    try:
        number = apart(asyncio.wait_for(_server_version(place), _SECONDS))
    except asyncpg.InvalidCatalogNameError as error:
        raise StartupProblem(
            f"PostgreSQL at {_where(place)} has no database {place.database!r}: create it with "
            f"`createdb {place.database}`, or correct PERSEAT_DATABASE_URL."
        ) from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise StartupProblem(
            f"PostgreSQL at {_where(place)} does not let user {place.username!r} in ({error}): "
            "correct the user or password in PERSEAT_DATABASE_URL."
        ) from error
    except OSError as error:
        raise StartupProblem(
            f"PostgreSQL at {_where(place)} does not answer ({str(error) or 'in time'}): start "
            "it, or correct PERSEAT_DATABASE_URL."
        ) from error
    except (
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        DBAPIError,
        OverflowError,
        TypeError,
        ValueError,
    ) as error:
        raise StartupProblem(
            f"PostgreSQL at {_where(place)} cannot be used ({error}): correct PERSEAT_DATABASE_URL."
        ) from error
    require_postgresql(number, _where(place))


async def _server_version(url: URL) -> int:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            answer = await connection.execute(text("SHOW server_version_num"))
            return int(answer.scalar_one())
    except DBAPIError as error:
        # What asyncpg said is the cause of what SQLAlchemy makes of it, and is clearer.
        raise (error.orig and error.orig.__cause__) or error from None


def require_postgresql(number: int, where: str) -> None:
    if number < POSTGRESQL * 10_000:
        raise StartupProblem(
            f"PostgreSQL at {where} is version {number // 10_000}, Perseat needs {POSTGRESQL} or "
            "newer: upgrade it, or unset PERSEAT_DATABASE_URL to use the embedded one."
        )


def _where(url: URL) -> str:
    """Never with the password; a host may also be a socket's folder in the query."""
    host = url.host or url.query.get("host") or "its local socket"
    return f"{host}:{url.port}" if url.port else str(host)


def check_redis(url: str) -> None:
    try:
        parts = urlsplit(url)
        where = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
        about = _redis_info(url)
    except AuthenticationError as error:
        raise StartupProblem(
            f"Redis at {where} does not let us in ({error}): correct the user or password in "
            "PERSEAT_REDIS_URL."
        ) from error
    except RedisError as error:
        raise StartupProblem(
            f"Redis at {where} cannot be used ({error}): start it, or correct PERSEAT_REDIS_URL."
        ) from error
    except ValueError as error:
        raise StartupProblem(
            "PERSEAT_REDIS_URL must look like redis://:password@host:6379/0."
        ) from error
    if about.get("server_name") != "valkey":
        require_redis(about.get("redis_version", "0"), where)


def _redis_info(url: str) -> dict[str, str]:
    client = Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS)
    with closing(client):
        return cast("dict[str, str]", client.info("server"))


def require_redis(version: str, where: str) -> None:
    number = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if number < REDIS:
        raise StartupProblem(
            f"Redis at {where} is version {version}, Perseat needs 6.2 or newer, or Valkey: "
            "upgrade it, or unset PERSEAT_REDIS_URL to use the embedded Valkey."
        )
