"""Live data: one reader for each process, whoever many listen, from what is committed and nothing
else. A doorbell makes it quick; without one it looks by itself."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.unit_of_work import Transactions
from app.domain.events import EventKind
from app.domain.live import MOST, Behind, Mark, Topic
from app.store import live as store
from app.store.live import Happened, Seen

PAUSE = timedelta(milliseconds=100)
"""Between two looks: what happens meanwhile is one."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """What is told: the newest event about a subject, and from where it goes on after it."""

    kind: EventKind
    subject: str
    at: datetime
    mark: Mark


@dataclass(eq=False)
class Listener:
    """Hears of a topic of one account. What waits is kept once for each subject, and bounded; each
    with the frontier of before it was read, so that going on from there finds it again."""

    account_id: UUID
    topic: Topic
    frontier: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)
    behind: bool = False
    _waiting: OrderedDict[str, tuple[Happened, int]] = field(default_factory=OrderedDict)

    def hear(self, event: Happened, before: int) -> None:
        kind = EventKind(event.kind)
        subject = self.topic.subject(kind, event.data) if kind in self.topic.kinds else None
        if subject is None:
            return
        self._waiting[subject] = (event, before)
        self._waiting.move_to_end(subject)
        self.behind = self.behind or len(self._waiting) > MOST
        self.more.set()

    def take(self, now: datetime) -> News | None:
        """The oldest that waits, if something does; Behind if it was too much."""
        if self.behind:
            self._waiting.clear()
            raise Behind
        if not self._waiting:
            return None
        subject, (event, _) = self._waiting.popitem(last=False)
        if not self._waiting:
            self.more.clear()
        return News(EventKind(event.kind), subject, event.at, self.mark(now))

    def mark(self, now: datetime) -> Mark:
        """Nothing of what still waits is before it."""
        first = next(iter(self._waiting.values()), None)
        return Mark(self.frontier if first is None else first[1], now)


Bells: TypeAlias = Callable[[], AsyncGenerator[Collection[UUID], None]]
"""Tell of accounts to which something has happened, without an end."""


class Feed:
    """Reads for all listeners of this process at once, while there are any."""

    def __init__(self, transactions: Transactions, bells: Bells, *, every: timedelta) -> None:
        self._transactions, self._bells = transactions, bells
        self._every = every.total_seconds()
        self._listeners: dict[UUID, set[Listener]] = {}
        self._turn = asyncio.Lock()
        self._rung = asyncio.Event()
        self._seen: Seen | None = None
        self._going: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        return sum(map(len, self._listeners.values()))

    @asynccontextmanager
    async def listening(
        self, account_id: UUID, topic: Topic, after: Mark | None = None
    ) -> AsyncIterator[Listener]:
        """What happens from now on, or since the mark. Behind if nobody can say what that is."""
        listener = Listener(account_id, topic)
        try:
            await self._attach(listener)
            if after is not None:
                await self._catch_up(listener, after)
            yield listener
        finally:
            self._detach(listener)

    async def _attach(self, listener: Listener) -> None:
        """Within a turn, so that no look is under way that does not look for this one."""
        async with self._turn:
            await self._look()
            self._listeners.setdefault(listener.account_id, set()).add(listener)
            listener.frontier = self._frontier
            self._start()

    def _detach(self, listener: Listener) -> None:
        mine = self._listeners.get(listener.account_id, set())
        mine.discard(listener)
        if not mine:
            self._listeners.pop(listener.account_id, None)
        if not self._listeners:
            self._rung.set()

    def _start(self) -> None:
        """It ends by itself when nobody listens: a look that is under way is not cut off."""
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go_on())

    async def _catch_up(self, listener: Listener, after: Mark) -> None:
        """Begun after it was attached, so that whatever this does not show the next look does."""
        seen = self._seen
        if seen is None or after.frontier > seen.xmax:
            raise Behind
        async with self._transactions.begin() as uow:
            missed = await store.again(
                uow.session,
                listener.account_id,
                listener.topic.kinds,
                after.frontier,
                most=MOST + 1,
            )
        if len(missed) > MOST:
            raise Behind
        for event in missed:
            listener.hear(event, after.frontier)

    @property
    def _frontier(self) -> int:
        return self._seen.xmin if self._seen else 0

    async def _look(self) -> None:
        """Tell everybody what has become visible since the last look."""
        before = self._frontier
        accounts = list(self._listeners)
        everybody = [each for mine in self._listeners.values() for each in mine]
        kinds = {kind for each in everybody for kind in each.topic.kinds}
        async with self._transactions.begin() as uow:
            seen, found = await store.since(uow.session, self._seen, accounts, kinds)
        if self._seen is not None and seen.xmax < self._seen.xmax:
            self._lose_all("another database")
        self._seen = seen
        for event in found:
            for listener in self._listeners.get(event.account_id, ()):
                listener.hear(event, before)
        for listener in everybody:
            listener.frontier = seen.xmin

    def _lose_all(self, why: str) -> None:
        log.warning("live.lost", why=why)
        for mine in self._listeners.values():
            for listener in mine:
                listener.behind = True
                listener.more.set()

    async def _go_on(self) -> None:
        harking = asyncio.create_task(self._hark())
        try:
            while self._listeners:
                await self._go()
        finally:
            harking.cancel()

    async def _go(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._every):
                await self._rung.wait()
        self._rung.clear()
        if not self._listeners:
            return
        try:
            async with self._turn:
                await self._look()
        except (SQLAlchemyError, OSError) as error:
            log.warning("live.blind", error=repr(error))
            await asyncio.sleep(self._every)
        await asyncio.sleep(PAUSE.total_seconds())

    async def _hark(self) -> None:
        async with aclosing(self._bells()) as bells:
            async for accounts in bells:
                if self._concerns(accounts):
                    self._rung.set()

    def _concerns(self, accounts: Collection[UUID]) -> bool:
        return any(each in self._listeners for each in accounts)
