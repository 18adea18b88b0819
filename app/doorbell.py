"""The doorbell: arq tells a worker at once of work that PostgreSQL already holds, and who listens
live hears at once that something has happened."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Any
from uuid import UUID

import orjson
import structlog
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.db.unit_of_work import Ring

QUEUE = "perseat"
TOLD = "perseat:told"
"""The channel on which the accounts are named to which something has happened."""
PAUSE = 5.0
"""Seconds for which nobody is told or hears anything after Redis is away: they look anyway."""
PATIENCE = 2.0
"""Seconds that a caller whose work is committed waits for Redis at most."""
log = structlog.get_logger()


def serialize(job: dict[str, Any]) -> bytes:
    """JSON, never pickle: who can write to Redis must not be able to run code here."""
    return orjson.dumps(job, default=repr)


def redis_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 3
    settings.retry = Retry(ExponentialBackoff(cap=1), 3)
    settings.retry_on_error = [RedisConnectionError, RedisTimeoutError]
    return settings


class ArqBell:
    """Rings arq. Redis may be away: then nothing is lost, the relay rings again later."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._told_again = 0.0

    async def ring(self, rings: Sequence[Ring]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ring(rings)
        except (OSError, RedisError) as error:
            log.warning("doorbell.silent", rings=len(rings), error=repr(error))
            pool, self._pool = self._pool, None
            if pool is not None:
                await pool.connection_pool.disconnect(inuse_connections=True)

    async def tell(self, accounts: Collection[UUID]) -> None:
        if monotonic() < self._told_again:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await (await self.pool()).publish(TOLD, ",".join(map(str, accounts)))
        except (OSError, RedisError) as error:
            self._told_again = monotonic() + PAUSE
            log.warning("doorbell.untold", accounts=len(accounts), error=repr(error))

    async def _ring(self, rings: Sequence[Ring]) -> None:
        pool = await self.pool()
        for ring in rings:
            named = [str(each) for each in (ring.account_id, ring.job_id) if each is not None]
            await pool.enqueue_job(ring.kind, *named, _job_id=f"{ring.job_id}:{ring.rings}")

    async def pool(self) -> ArqRedis:
        if self._pool is None:
            settings = redis_settings(self._url)
            settings.conn_retries = 0  # who rings does not wait: the relay will
            self._pool = await create_pool(
                settings,
                job_serializer=serialize,
                job_deserializer=orjson.loads,
                default_queue_name=QUEUE,
            )
        return self._pool

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()


async def told(url: str) -> AsyncGenerator[frozenset[UUID]]:
    """The accounts that bells tell of, without an end; nothing while Redis is away."""
    while True:
        try:
            async with (
                Redis.from_url(url, health_check_interval=10) as redis,
                redis.pubsub() as heard,
            ):
                await heard.subscribe(TOLD)
                async with aclosing(heard.listen()) as messages:
                    async for message in messages:
                        if message["type"] == "message":
                            yield frozenset(map(UUID, message["data"].decode().split(",")))
        except (OSError, RedisError) as error:
            log.warning("doorbell.unheard", error=repr(error))
        await asyncio.sleep(PAUSE)
