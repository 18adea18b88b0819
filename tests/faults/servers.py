"""What can happen to PostgreSQL and to Valkey."""

import asyncio
import signal

from redis.exceptions import RedisError

from tests.faults.agreement import insist, until
from tests.faults.harm import Harm, as_owner
from tests.faults.stack import Stack


async def flush(stack: Stack) -> None:
    """Valkey forgets all that it was told."""
    with stack.valkey() as valkey:
        valkey.flushall()


async def kill(stack: Stack) -> None:
    """Valkey comes up again, empty, and so do the workers that were connected."""
    stack.signal("valkey", signal.SIGKILL)
    await until(lambda: _away(stack))


async def _away(stack: Stack) -> list[str]:
    try:
        with stack.valkey() as valkey:
            valkey.ping()
    except RedisError as error:
        return [repr(error)]
    return []


def setting(name: str, value: int) -> Harm:
    """Of Valkey."""

    async def harm(stack: Stack) -> None:
        with stack.valkey() as valkey:
            valkey.config_set(name, value)

    return harm


async def pause(stack: Stack) -> None:
    """Valkey answers nobody, for longer than whoever rings waits."""
    with stack.valkey() as valkey:
        valkey.client_pause(3_000)


async def crash(stack: Stack) -> None:
    """An immediate shutdown of PostgreSQL: what was committed is replayed from its log."""
    stack.signal("postgres", signal.SIGQUIT)


async def cut_off(stack: Stack) -> None:
    """Every connection to PostgreSQL but ours."""
    sql = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'perseat%' AND pid <> pg_backend_pid()"""

    async def cut() -> None:
        await as_owner(stack, sql)

    await insist(cut)


async def fail_over(stack: Stack) -> None:
    """PostgreSQL is away until the API has noticed."""
    await asyncio.to_thread(stack.supervisor.stop, ["postgres"])
    assert not stack.ready()
    await asyncio.to_thread(stack.start, ["postgres"])
