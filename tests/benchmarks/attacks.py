"""How long it takes to refuse each document of `tests/api/attacks`, by hand:

    uv run python tests/benchmarks/attacks.py

Milliseconds of this process's CPU, the median of five texts that no cache has seen. Fails if one
takes more than the limit.
"""

import asyncio
import sys
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from api.schema import schema

ATTACKS = sorted((Path(__file__).parents[1] / "api" / "attacks").glob("*.graphql"))
LIMIT = 50
TIMES = 5


async def _milliseconds(text: str, turn: int) -> float:
    """A comment makes a text that was not seen before."""
    fresh = f"{text}# {turn}"
    begun = time.process_time()
    answer = await schema.execute(fresh, variable_values={"a": "x"})
    taken = time.process_time() - begun
    if not answer.errors:
        raise AssertionError(text)
    return 1_000 * taken


async def measure() -> dict[str, float]:
    await _milliseconds("{ nothing }", 0)
    return {
        attack.stem: median(
            [await _milliseconds(attack.read_text(), turn) for turn in range(TIMES)]
        )
        for attack in ATTACKS
    }


def main() -> int:
    taken = asyncio.run(measure())
    table = Table("document", "ms")
    for name, each in sorted(taken.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{each:.1f}")
    Console().print(table)
    return int(max(taken.values()) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
