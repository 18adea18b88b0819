"""The table of a run: each fault, how often it was tried, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.money import show


@dataclass
class Line:
    """What a fault has come to so far; the totals are those of the last time."""

    fault: str
    tried: int = 0
    recovered: int = 0
    slowest: float = 0.0
    provider: int = 0
    ledger: int = 0
    broken: int = 0


@dataclass
class Table:
    lines: dict[str, Line] = field(default_factory=dict)

    def of(self, fault: str) -> Line:
        return self.lines.setdefault(fault, Line(fault))

    def add(self, told: Mapping[str, Any]) -> None:
        """What another process has come to; totals that differ are kept."""
        other = Line(**told)
        line = self.of(other.fault)
        line.tried += other.tried
        line.recovered += other.recovered
        line.broken += other.broken
        line.slowest = max(line.slowest, other.slowest)
        if line.provider == line.ledger:
            line.provider, line.ledger = other.provider, other.ledger


TABLE = Table()
HEAD = ("fault", "tried", "recovered", "slowest", "provider = ledger", "broken")


def printed(table: Table) -> Iterable[str]:
    """As Markdown."""
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{' --- |' * len(HEAD)}"
    for line in sorted(table.lines.values(), key=lambda each: each.fault):
        sums = "=" if line.provider == line.ledger else "is not"
        totals = f"{show(line.provider)} {sums} {show(line.ledger)}"
        figures = (
            line.fault,
            line.tried,
            line.recovered,
            f"{line.slowest:.1f} s",
            totals,
            line.broken,
        )
        yield f"| {' | '.join(str(each) for each in figures)} |"
