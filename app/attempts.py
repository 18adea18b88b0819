"""Attempts to log in, and to get a link, are counted in Valkey, for all processes; while it is
away, in each."""

from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from typing import Any, TypeAlias

import structlog
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.clock import SystemClock
from app.domain.log_ins import (
    PER_ADDRESS,
    PER_ASKER,
    PER_MAILBOX,
    PER_NETWORK,
    Patience,
    TooManyAttempts,
    place_of,
)

PATIENCE = 1.0
"""Seconds that Valkey has to answer."""
Counted: TypeAlias = Sequence[tuple[str, Patience]]
Work: TypeAlias = Callable[[Storage, Counted], Awaitable[None]]
log = structlog.get_logger()


class CountedAttempts:
    """What is counted is also what the wait follows from, so that guessing slows down."""

    def __init__(
        self, url: str, per_address: Patience = PER_ADDRESS, per_network: Patience = PER_NETWORK
    ) -> None:
        self._patience = per_address, per_network
        self._pool = ConnectionPool.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        )
        options: dict[str, Any] = {"implementation": "redispy", "connection_pool": self._pool}
        self._shared = RedisStorage("async+redis://", **options)
        self._own = MemoryStorage()

    async def begin(self, who: str, network: str) -> None:
        """Count one, before anything is verified; TooManyAttempts if it has to wait.

        Of many at once that have to wait after this one, one goes on.
        """
        await self._do(_begin, self._log_in(who, network))

    async def ask(self, who: str, network: str) -> None:
        """Count a link that somebody asks for; the same for an address that nobody has."""
        names = f"link:{who}", f"link:{place_of(network)}"
        await self._do(_begin, list(zip(names, (PER_MAILBOX, PER_ASKER), strict=True)))

    async def succeeded(self, who: str, network: str) -> None:
        """Whoever gets in has not guessed; but does not clear others of the same network."""
        await self._do(_succeeded, self._log_in(who, network))

    def _log_in(self, who: str, network: str) -> Counted:
        where = place_of(network)
        return list(zip((f"log-in:{where}:{who}", f"log-in:{where}"), self._patience, strict=True))

    async def _do(self, work: Work, counted: Counted) -> None:
        try:
            await work(self._shared, counted)
        except (OSError, RedisError) as error:
            log.warning("attempts.counted_alone", error=repr(error))
            await work(self._own, counted)

    async def close(self) -> None:
        await self._pool.disconnect()


async def _begin(storage: Storage, counted: Counted) -> None:
    for name, _ in counted:
        if await storage.get(_pause(name)):
            raise await _wait(storage, name)
    for name, patience in counted:
        attempts = await storage.incr(name, int(patience.window.total_seconds()))
        wait = int(patience.wait(attempts).total_seconds())
        if wait and await storage.incr(_pause(name), wait) > 1:
            raise await _wait(storage, name)


async def _wait(storage: Storage, name: str) -> TooManyAttempts:
    until = await storage.get_expiry(_pause(name))
    return TooManyAttempts(max(1, ceil(until - SystemClock().now().timestamp())))


def _pause(name: str) -> str:
    return f"{name}:pause"


async def _succeeded(storage: Storage, counted: Counted) -> None:
    (own, _), (shared, patience) = counted
    await storage.clear(own)
    await storage.clear(_pause(own))
    await storage.incr(shared, int(patience.window.total_seconds()), -1)
