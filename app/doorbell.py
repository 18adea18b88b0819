"""The doorbell: arq tells a worker at once of work that PostgreSQL already holds."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import structlog
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.db.unit_of_work import Ring

QUEUE = "perseat"
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

    async def ring(self, rings: Sequence[Ring]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ring(rings)
        except (OSError, RedisError) as error:
            log.warning("doorbell.silent", rings=len(rings), error=repr(error))
            pool, self._pool = self._pool, None
            if pool is not None:
                await pool.connection_pool.disconnect(inuse_connections=True)

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
