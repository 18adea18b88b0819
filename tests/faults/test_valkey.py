"""F6, F7: whatever becomes of the doorbell costs time, and nothing else."""

import signal

import pytest
from redis.exceptions import RedisError

from tests.faults.agreement import until
from tests.faults.cases import every_case
from tests.faults.harm import Harm, harmed
from tests.faults.stack import Stack


async def flush(stack: Stack) -> None:
    with stack.valkey() as valkey:
        valkey.flushall()


async def kill(stack: Stack) -> None:
    """It comes up again, empty, and so do the workers that were connected."""
    stack.signal("valkey", signal.SIGKILL)
    await until(lambda: _away(stack))


async def _away(stack: Stack) -> list[str]:
    try:
        with stack.valkey() as valkey:
            valkey.ping()
    except RedisError as error:
        return [repr(error)]
    return []


def _set(**values: object) -> Harm:
    async def harm(stack: Stack) -> None:
        with stack.valkey() as valkey:
            for name, value in values.items():
                valkey.config_set(name.replace("_", "-"), value)

    return harm


async def pause(stack: Stack) -> None:
    """For longer than whoever rings waits."""
    with stack.valkey() as valkey:
        valkey.client_pause(3_000)


@every_case
async def test_flushed(stack: Stack) -> None:
    await harmed(stack, "F6 Valkey flushed", flush)


@pytest.mark.parametrize(
    ("fault", "harm", "repair"),
    [
        ("killed", kill, None),
        pytest.param(
            "read-only",
            _set(min_replicas_to_write=1),
            _set(min_replicas_to_write=0),
            marks=every_case,
        ),
        pytest.param("full", _set(maxmemory=1), _set(maxmemory=0), marks=every_case),
        pytest.param("paused", pause, None, marks=every_case),
    ],
)
async def test_of_no_use(stack: Stack, fault: str, harm: Harm, repair: Harm | None) -> None:
    await harmed(stack, f"F7 Valkey {fault}", harm, repair)
