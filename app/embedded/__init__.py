"""The two servers behind Perseat: those that the settings name, or our own in the data folder.

Our own listen only on sockets in a private folder; so they need neither ports nor passwords.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.embedded import postgres, valkey
from app.embedded.addresses import asyncpg_url, check_postgres, check_redis
from app.embedded.folder import StartupProblem, explained, state
from app.embedded.leftovers import stop_leftovers
from app.embedded.supervisor import Supervisor, supervising
from app.settings import Settings

__all__ = [
    "Servers",
    "StartupProblem",
    "addresses_of",
    "asyncpg_url",
    "servers",
    "state",
    "stop_leftovers",
]


@contextmanager
def servers(settings: Settings, *, durable: bool = True) -> Iterator["Servers"]:
    """Start what the settings do not name, and stop it at the end. Not durable is for tests."""
    folder = settings.data_folder.expanduser().resolve()
    with supervising(folder) as supervisor:
        with explained(folder):
            started = _start(settings, supervisor, durable=durable)
        with supervisor.interruptible(allowed=True):
            yield started


def _start(settings: Settings, supervisor: Supervisor, *, durable: bool) -> "Servers":
    """The operator's own servers are asked first: they are the likelier to be away."""
    redis_url = None
    if settings.redis_url:
        redis_url = settings.redis_url.get_secret_value()
        check_redis(redis_url)
    return Servers(
        _named_database(settings) or postgres.start(supervisor, durable=durable),
        redis_url or valkey.start(supervisor, durable=durable),
        supervisor,
    )


def _named_database(settings: Settings) -> str | None:
    if settings.database_url is None:
        return None
    url = asyncpg_url(settings.database_url.get_secret_value())
    check_postgres(url)
    return url


def addresses_of(settings: Settings) -> tuple[str, str] | None:
    """Where database and Redis answer now: as the settings say, or as `perseat up` runs them."""
    folder = settings.data_folder.expanduser().resolve()
    runs = state(folder)
    database_url = _named_database(settings)
    redis_url = None
    if database_url is None and "postgres" in runs:
        database_url = postgres.address(folder)
    if settings.redis_url:
        redis_url = settings.redis_url.get_secret_value()
    elif "valkey" in runs:
        redis_url = valkey.address(folder)
    return (database_url, redis_url) if database_url and redis_url else None


@dataclass(frozen=True)
class Servers:
    """Addresses of servers that answer; they may hold passwords."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    supervisor: Supervisor
