"""The one place that asks what time it is (C5): services are given a clock, or the instant."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that moves when it is told to."""

    at: datetime

    def now(self) -> datetime:
        return self.at
