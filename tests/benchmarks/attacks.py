"""How long it takes to refuse each document of `tests/api/attacks`, by hand:

    uv run python tests/benchmarks/attacks.py

Milliseconds of this process's CPU, the median of five times with empty caches. Fails if one takes
more than the limit.
"""

import asyncio
import sys
import time
from pathlib import Path
from statistics import median

from strawberry.schema.exceptions import CannotGetOperationTypeError

from api.schema import schema
from api.validation import mistakes

ATTACKS = sorted((Path(__file__).parents[1] / "api" / "attacks").glob("*.graphql"))
LIMIT = 50
TIMES = 5


async def _milliseconds(text: str, turn: int) -> float:
    """A comment makes a text that was not parsed before."""
    fresh = f"{text}# {turn}"
    mistakes.cache_clear()
    begun = time.process_time()
    try:
        answer = await schema.execute(fresh, variable_values={"a": "x"})
    except CannotGetOperationTypeError:
        answer = None
    taken = time.process_time() - begun
    if answer is not None and not answer.errors:
        raise AssertionError(text)
    return 1_000 * taken


async def slowest() -> float:
    await _milliseconds("{ nothing }", 0)
    most = 0.0
    for attack in ATTACKS:
        text = attack.read_text()
        taken = median([await _milliseconds(text, turn) for turn in range(TIMES)])
        sys.stdout.write(f"{taken:8.1f} ms  {attack.stem}\n")
        sys.stdout.flush()
        most = max(most, taken)
    return most


if __name__ == "__main__":
    sys.exit(int(asyncio.run(slowest()) > LIMIT))
