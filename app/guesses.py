"""Whoever shows API keys that there are not waits, before anything is looked up. Keys that were
good a while ago do not: nobody is shut out by a stranger behind the same address."""

import hashlib
from collections import OrderedDict

from app.domain.log_ins import place_of
from app.throttle import Throttle

AT_ONCE, A_SECOND = 100, 1
"""Wrong keys that one network may show at once, and how many more each second."""
REMEMBERED = 10_000


class Guesses:
    """Counted in Valkey for all processes, and in this one while Valkey is away."""

    def __init__(self, url: str, *, at_once: int = AT_ONCE) -> None:
        self._throttle = Throttle(url, rate=A_SECOND, burst=at_once)
        self._good: OrderedDict[bytes, None] = OrderedDict()

    def wait(self, address: str, text: str) -> float:
        """Seconds for which no unknown key of this network is looked at."""
        return 0.0 if _digest(text) in self._good else self._throttle.barred(_who(address))

    def right(self, text: str) -> None:
        digest = _digest(text)
        self._good[digest] = None
        self._good.move_to_end(digest)
        if len(self._good) > REMEMBERED:
            self._good.popitem(last=False)

    async def wrong(self, address: str, text: str) -> None:
        """A key that has ended is no longer known either."""
        self._good.pop(_digest(text), None)
        budget = await self._throttle.take(_who(address), 1)
        if not budget.granted or budget.left < 1:
            self._throttle.bar(_who(address), budget.wait or 1 / A_SECOND)

    async def close(self) -> None:
        await self._throttle.close()


def _who(address: str) -> str:
    return f"keys of {place_of(address)}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
