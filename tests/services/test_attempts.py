"""S18: attempts are counted, with Valkey and without it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.attempts import CountedAttempts
from app.db.types import new_id
from app.domain.log_ins import PER_ADDRESS, PER_NETWORK, TooManyAttempts

HERE = "192.0.2.7"
ALLOWED = PER_ADDRESS.free + 1
"""The next one has to wait for the last of them."""


@pytest.fixture(params=["counted together", "dead socket", "dead port"])
async def attempts(
    redis_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[CountedAttempts]:
    dead = {"dead socket": "unix:///nowhere/valkey.sock", "dead port": "redis://127.0.0.1:1/0"}
    slowly = [replace(each, half=timedelta(seconds=25)) for each in (PER_ADDRESS, PER_NETWORK)]
    counted = CountedAttempts(dead.get(request.param, redis_url), *slowly)
    yield counted
    await counted.close()


async def went_on(attempts: Iterable[Awaitable[None]]) -> tuple[int, set[int]]:
    """How many, and how long the others have to wait."""
    told = await asyncio.gather(*attempts, return_exceptions=True)
    waits = {each.retry_after for each in told if isinstance(each, TooManyAttempts)}
    assert all(each is None or isinstance(each, TooManyAttempts) for each in told)
    return told.count(None), waits


async def test_of_a_hundred_tries_six_are_made(attempts: CountedAttempts) -> None:
    """However many come at once."""
    who = new_id().hex

    allowed, waits = await went_on([attempts.begin(who, HERE) for _ in range(100)])

    assert allowed == ALLOWED
    assert min(waits) > 0


async def test_others_are_not_locked_out(attempts: CountedAttempts) -> None:
    """Neither who it was tried as, from elsewhere; nor others from there."""
    who, other = new_id().hex, new_id().hex
    for _ in range(ALLOWED):
        await attempts.begin(who, HERE)

    with pytest.raises(TooManyAttempts) as wait:
        await attempts.begin(who, HERE)
    await attempts.begin(who, "192.0.2.8")
    await attempts.begin(other, HERE)

    assert 0 < wait.value.retry_after <= 50


async def test_who_gets_in_begins_anew(attempts: CountedAttempts) -> None:
    """However often a day."""
    who = new_id().hex
    for _ in range(3 * ALLOWED):
        await attempts.begin(who, HERE)
        await attempts.succeeded(who, HERE)


async def test_those_of_ipv4_are_not_one_network_of_ipv6(attempts: CountedAttempts) -> None:
    """S18: a socket or a proxy that speaks both writes them so."""
    who = new_id().hex
    for _ in range(ALLOWED):
        await attempts.begin(who, "::ffff:192.0.2.9")

    with pytest.raises(TooManyAttempts):
        await attempts.begin(who, "192.0.2.9")
    await attempts.begin(who, "::ffff:192.0.2.10")


async def test_a_network_that_tries_everybody_has_to_wait(attempts: CountedAttempts) -> None:
    """In IPv6 it is 2^64 addresses."""
    network = f"2001:db8:{new_id().hex[-4:]}:1::"
    tries = [attempts.begin(new_id().hex, f"{network}{n:x}") for n in range(PER_NETWORK.free + 9)]

    allowed, _ = await went_on(tries)

    assert allowed == PER_NETWORK.free + 1
    await attempts.begin(new_id().hex, network.replace(":1::", ":2::9"))
