"""Random faults in random months; the name of a failure has the seed that tells it again."""

import os

import pytest

from tests.faults.seeds import live, story
from tests.faults.stack import Stack

SEEDS = int(os.environ.get("PERSEAT_FAULT_SEEDS", "1"))
FIRST = int(os.environ.get("PERSEAT_FAULT_SEED", "1"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
async def test_a_month(stack: Stack, seed: int) -> None:
    print(f"seed {seed}: {story(seed)}")  # noqa: T201 - pytest shows it if this fails
    await live(stack, seed)
