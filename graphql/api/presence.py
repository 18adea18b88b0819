"""Who has a socket or a stream open here, and whether they still may."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from types import FrameType
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from api.bearer import Bearer, principal_by
from app.bootstrap import Perseat
from app.domain.access import NOWHERE, Principal
from app.domain.live import ACCESS
from app.models.api_keys import PLATFORM

AGAIN = 30.0
"""Seconds after which everybody is looked up again, whatever has happened; so long at most
somebody listens whose key or token has run out."""
SOON = 5.0
"""The same while the database is away."""
log = structlog.get_logger()


class Farewell(NamedTuple):
    """Why it was closed by us, with the code that a socket is closed with."""

    code: int
    reason: str


RESTART = Farewell(1012, "The server restarts: connect again, and go on with `after`.")
TOO_SLOW = Farewell(1013, "You read too slowly: connect again, and go on with `after`.")
TROUBLE = Farewell(1011, "Something went wrong: connect again, and go on with `after`.")
FULL = Farewell(4429, "Too many connections are open: close some, or come again later.")
OVER = Farewell(4403, "The key or the session has ended, or was revoked.")
OTHER = Farewell(4403, "What you may do has changed: connect again.")


class Full(Exception):
    """There is no place for one more."""


@dataclass(eq=False)
class Ending:
    """Whether we close it, and why; the first reason holds."""

    why: Farewell | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, why: Farewell) -> None:
        self.why = self.why or why
        self._over.set()

    async def wait(self) -> Farewell:
        await self._over.wait()
        return self.why or TROUBLE


@dataclass(eq=False)
class Visit:
    """An open connection, and whose it is."""

    principal: Principal
    bearer: Bearer
    ending: Ending
    since: float = field(default_factory=monotonic)


class Presence:
    """The open connections of a process; `unknown`: sockets of who has not said who that is."""

    def __init__(self) -> None:
        self._visits: set[Visit] = set()
        self.unknown = 0
        self._leaving = False

    def __len__(self) -> int:
        return len(self._visits)

    @asynccontextmanager
    async def visiting(self, running: Perseat, visit: Visit, *, by: str) -> AsyncIterator[None]:
        """While it is open, somebody watches whether it may be. Full if there is no place."""
        self._check_place(running, visit)
        self._visits.add(visit)
        named = {"by": by, "principal": str(visit.principal.id)}
        log.info("live.opened", **named, open=len(self))
        watching = asyncio.create_task(_watch(running, visit))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._visits.discard(visit)
            why = visit.ending.why and visit.ending.why.code
            took = round(monotonic() - visit.since, 1)
            log.info("live.closed", **named, open=len(self), code=why, seconds=took)

    def _check_place(self, running: Perseat, visit: Visit) -> None:
        most, each = running.settings.live_connections, running.settings.live_connections_each
        same = sum(other.principal.id == visit.principal.id for other in self._visits)
        if self._leaving or len(self) >= most or same >= each:
            raise Full

    def leave(self) -> None:
        """Everybody is to come again, elsewhere; nobody new is let in."""
        self._leaving = True
        self.send_away(RESTART)

    def send_away(self, why: Farewell) -> None:
        for visit in self._visits:
            visit.ending.end(why)


async def _watch(running: Perseat, visit: Visit) -> None:
    """Look them up at once, because something may have happened since they were let in; whenever
    something happens that may be about them; and from time to time."""
    more = asyncio.Event()
    try:
        async with AsyncExitStack() as stack:
            for account_id in _accounts(visit.principal):
                listening = running.feed.listening(account_id, ACCESS)
                (await stack.enter_async_context(listening)).more = more
            visit.ending.end(await _until_over(running, visit, more))
    except Exception:
        log.exception("live.unwatched")
        visit.ending.end(TROUBLE)


def _accounts(principal: Principal) -> set[UUID]:
    """Where it is told what may be about them: keys of no company are the platform's."""
    own = {principal.account_id} - {None, NOWHERE}
    return {*filter(None, own)} if own and not principal.granted else {*filter(None, own), PLATFORM}


async def _until_over(running: Perseat, visit: Visit, more: asyncio.Event) -> Farewell:
    while True:
        more.clear()
        patience = AGAIN
        try:
            if why := _change(visit.principal, await principal_by(running, visit.bearer)):
                return why
        except (SQLAlchemyError, OSError) as error:
            log.warning("live.not_looked_up", error=repr(error))
            patience = SOON
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await more.wait()


def _change(before: Principal, now: Principal | Response) -> Farewell | None:
    if isinstance(now, Response):
        return OVER
    same = (now.account_id, now.permissions) == (before.account_id, before.permissions)
    return None if same else OTHER


@contextmanager
def on_stop(call: Callable[[], None]) -> Iterator[None]:
    """Call it when the process is told to stop, before whoever serves hears of it and waits for
    all that is open."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {each: signal.getsignal(each) for each in _SIGNALS}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        before[number](number, frame)

    chained = [each for each in _SIGNALS if callable(before[each])]
    for each in chained:
        signal.signal(each, heard)
    try:
        yield
    finally:
        for each in chained:
            signal.signal(each, before[each])


_SIGNALS = (signal.SIGTERM, signal.SIGINT)
