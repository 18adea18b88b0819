"""How much each caller may still ask: a bucket of points that fills up again, kept in Valkey for
all processes, and in this one while Valkey is away."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

PATIENCE = 0.25
"""Seconds that a request waits for Valkey; then this process counts by itself."""
PAUSE = 5.0
"""Seconds in which Valkey is not asked again after that."""
_REMEMBERED = 10_000
log = structlog.get_logger()

_TAKE = """
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(kept[1] or burst) + math.max(0, now - tonumber(kept[2] or now)) * rate
left = math.min(burst, left)
local granted = left >= cost and 1 or 0
left = left - granted * cost
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return {granted, string.format('%.6f', left)}
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """`left` points; `wait` and `full_in` seconds until it is enough, and until it is all."""

    granted: bool
    left: float
    wait: float
    full_in: float


class Throttle:
    """`rate` points a second come back, up to `burst`."""

    def __init__(self, url: str, *, rate: int, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._script = self._redis.register_script(_TAKE)
        self._asked_again = 0.0
        self._own: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._barred: dict[str, float] = {}

    async def take(self, who: str, cost: int) -> Budget:
        """All of the cost, or nothing of it."""
        granted, left = await self._shared(who, cost) or self._alone(who, cost)
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError  # Python 3.11 loses that where Valkey answers just then
        missing = 0.0 if granted else cost - left
        return Budget(granted, left, missing / self.rate, (self.burst - left) / self.rate)

    async def fine(self, who: str, cost: int) -> None:
        """For what was refused; whoever cannot pay it is barred until they could."""
        budget = await self.take(who, cost)
        if not budget.granted:
            self.bar(who, budget.wait)

    def bar(self, who: str, seconds: float) -> None:
        """What they send to this process meanwhile is not worth a look."""
        now = time.monotonic()
        if len(self._barred) > _REMEMBERED:
            self._barred = {each: until for each, until in self._barred.items() if until > now}
        self._barred[who] = now + seconds

    def barred(self, who: str) -> float:
        """For how many seconds; 0 for whoever is welcome."""
        seconds = self._barred.get(who, 0.0) - time.monotonic()
        if seconds <= 0:
            self._barred.pop(who, None)
        return max(seconds, 0.0)

    async def _shared(self, who: str, cost: int) -> tuple[bool, float] | None:
        if time.monotonic() < self._asked_again:
            return None
        try:
            told = await self._script(keys=[f"budget:{who}"], args=[self.rate, self.burst, cost])
        except (OSError, RedisError) as error:
            self._asked_again = time.monotonic() + PAUSE
            log.warning("throttle.alone", seconds=PAUSE, error=repr(error))
            return None
        granted, left = bool(told[0]), float(told[1])
        self._remember(who, left)
        return granted, left

    def _alone(self, who: str, cost: int) -> tuple[bool, float]:
        """From what was left when Valkey was last asked: its end fills nobody's bucket."""
        now = time.monotonic()
        left, at = self._own.get(who, (float(self.burst), now))
        left = min(self.burst, left + (now - at) * self.rate)
        granted = left >= cost
        left -= cost if granted else 0
        self._remember(who, left)
        return granted, left

    def _remember(self, who: str, left: float) -> None:
        self._own[who] = (left, time.monotonic())
        self._own.move_to_end(who)
        if len(self._own) > _REMEMBERED:
            self._own.popitem(last=False)

    async def close(self) -> None:
        await self._redis.aclose()
