"""F6, F7: whatever becomes of the doorbell costs time, and nothing else."""

import pytest

from tests.faults.cases import every_case
from tests.faults.harm import harmed
from tests.faults.servers import flush, kill, pause, setting
from tests.faults.stack import Stack

READ_ONLY, FULL = "min-replicas-to-write", "maxmemory"


@every_case
async def test_flushed(stack: Stack) -> None:
    await harmed(stack, "F6 Valkey flushed", flush)


async def test_killed(stack: Stack) -> None:
    await harmed(stack, "F7 Valkey killed", kill)


@every_case
@pytest.mark.parametrize(("fault", "name"), [("read-only", READ_ONLY), ("full", FULL)])
async def test_takes_nothing(stack: Stack, fault: str, name: str) -> None:
    await harmed(stack, f"F7 Valkey {fault}", setting(name, 1), setting(name, 0))


@every_case
async def test_paused(stack: Stack) -> None:
    await harmed(stack, "F7 Valkey paused", pause)
