"""M4 as the rules say it, without the engine: credits, holds, and the question before spending."""

from dataclasses import dataclass, field
from datetime import datetime

PRICE = 15_000
"""Micros of an automated segment on the plan uPro."""


@dataclass
class Held:
    body: tuple[int, datetime]
    amount: int
    until: datetime
    used: int = 0
    released: bool = False


@dataclass
class Gate:
    """An account that may not go negative."""

    now: datetime
    balance: int = 0
    holds: list[tuple[str, Held]] = field(default_factory=list)

    def is_open(self, hold: Held) -> bool:
        return not hold.released and self.now < hold.until

    def open_hold(self, reference: str) -> Held | None:
        found = [each for name, each in self.holds if name == reference and self.is_open(each)]
        return found[0] if found else None

    @property
    def held(self) -> int:
        rest = [max(h.amount - h.used, 0) for _, h in self.holds if self.is_open(h)]
        return sum(rest)

    def says_yes(self, quantity: int) -> bool:
        return self.balance - self.held - quantity * PRICE >= 0

    def hold(self, reference: str, quantity: int, until: datetime) -> str:
        known = self.open_hold(reference)
        if known is not None:
            return "the same" if known.body == (quantity, until) else "conflict"
        if not self.says_yes(quantity):
            return "no"
        self.holds.append((reference, Held((quantity, until), quantity * PRICE, until)))
        return "new"

    def use(self, quantity: int, hold: Held | None) -> None:
        """What has happened is posted, whatever there is."""
        self.balance -= quantity * PRICE
        if hold is not None:
            hold.used += quantity * PRICE
