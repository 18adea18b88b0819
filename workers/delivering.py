"""Webhooks that are on their way from this process. Who waits for a receiver takes no place of
other jobs, and a slow receiver none of another one."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from app.bootstrap import Perseat
from app.services import deliveries
from app.webhooks.sender import AT_ONCE

Again = Callable[[], Awaitable[object]]
PATIENCE = 5
"""Seconds for what is on its way when the process is told to end; the rest is sent again."""
_under_way: dict[tuple[UUID, UUID], asyncio.Task[None]] = {}
log = structlog.get_logger()


def begin(p: Perseat, account_id: UUID, endpoint_id: UUID, again: Again) -> None:
    """A turn of one endpoint; `again` asks for its next. Where too many are under way the janitor
    rings later, for those first who have waited longest."""
    endpoint = (account_id, endpoint_id)
    if endpoint not in _under_way and not _is_full():
        task = asyncio.create_task(_turn(p, endpoint, again))
        _under_way[endpoint] = task
        task.add_done_callback(lambda _: _under_way.pop(endpoint))


async def ended() -> None:
    """Wait until nothing is on its way, but not long."""
    if _under_way:
        _, late = await asyncio.wait([*_under_way.values()], timeout=PATIENCE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _turn(p: Perseat, endpoint: tuple[UUID, UUID], again: Again) -> None:
    try:
        more = await deliveries.deliver(p.operators, p.sender, p.signing_key, *endpoint)
        if more and not _is_full():
            await again()
    except Exception:
        log.exception("webhook.undelivered", endpoint_id=str(endpoint[1]))


def _is_full() -> bool:
    return len(_under_way) >= AT_ONCE
