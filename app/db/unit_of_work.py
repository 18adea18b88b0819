"""One transaction, its tenant, its clock and its outbox. Services use it; none of them commits."""

from collections.abc import AsyncIterator, Callable, Collection, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.clock import Clock
from app.db import events
from app.db.events import News
from app.db.outbox import OutboxJob
from app.db.rows import command
from app.db.types import new_id
from app.domain.audit_events import Change
from app.domain.bounds import USUAL, Bounds
from app.domain.events import COALESCED, EventKind, thin
from app.faults import Fault, reach

SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Ring:
    """What the doorbell says: there is work, here is where it stands written.

    A job stands in the outbox of an account; a billing run and a provider's event are of none, and
    their own rows say it.
    """

    kind: str
    account_id: UUID | None
    job_id: UUID | str
    rings: int = 1


class Bell(Protocol):
    """Tells the workers of committed work; best effort, because the outbox remembers."""

    async def ring(self, rings: Sequence[Ring]) -> None: ...

    async def tell(self, accounts: Collection[UUID]) -> None:
        """Who listens live looks what has happened to these."""


class SilentBell:
    """For commands that run where no worker listens: the relay will find the work."""

    async def ring(self, rings: Sequence[Ring]) -> None:
        """Do nothing."""

    async def tell(self, accounts: Collection[UUID]) -> None:
        """Do nothing: who listens looks by themselves, too."""


@dataclass
class UnitOfWork:
    """`session` is the transaction; leaving the block commits, an exception rolls back.

    `bounds` are the operators' limits of what is billed without a question; `provider` is the name
    of the payment provider that charges: methods of another one are not charged.
    """

    session: AsyncSession
    clock: Clock
    bounds: Bounds = USUAL
    provider: str = SANDBOX
    rings: list[Ring] = field(default_factory=list)
    told: set[UUID] = field(default_factory=set)
    written: list[Change] = field(default_factory=list)

    _news: dict[Hashable, News] = field(default_factory=dict)
    _now: datetime | None = None
    _locked: set[UUID] = field(default_factory=set)

    def now(self) -> datetime:
        """The machine's time, one instant for the whole unit: for leases and the outbox.

        Billing asks the account's clock.
        """
        self._now = self._now or self.clock.now()
        return self._now

    def locked(self, account_id: UUID) -> None:
        """After waiting for a lock the time is what it is then, not when the wait began; and it
        stays that while the lock is held, however often it is asked for."""
        if account_id not in self._locked:
            self._locked.add(account_id)
            self._now = None

    def enqueue(self, kind: str, account_id: UUID, **args: str) -> UUID:
        """Write work into the outbox of this transaction; after its commit the bell rings."""
        now = self.now()
        job = OutboxJob(
            id=new_id(), account_id=account_id, kind=kind, args=args, created_at=now, rung_at=now
        )
        self.session.add(job)
        self.rings.append(Ring(kind, account_id, job.id))
        return job.id

    def tell(self, kind: EventKind, account_id: UUID, /, **data: Any) -> UUID:
        """What has happened; it is written when the transaction ends, with its deliveries.

        `data` as the catalogue has it: `user_id` a UUID, an amount in micros.
        """
        event = News(account_id, new_id(), kind, self.now(), thin(kind, account_id, data))
        key = (kind, account_id) if kind in COALESCED else event.id
        self._news.pop(key, None)
        self._news[key] = event
        return event.id

    async def write_news(self) -> None:
        """The last thing that a transaction does; sooner for who needs the rows."""
        if self._news and self.session.in_transaction():
            await self.session.flush()
            found = await events.write(self.session, list(self._news.values()))
            self.told |= {each.account_id for each in self._news.values()}
            self._news.clear()
            self.rings += [Ring("deliver", *each) for each in found]
            reach(Fault.EVENTS_TOLD)

    def wrote(self, table: str, row_id: UUID, **values: Any) -> None:
        """For the audit: a statement of our own wrote this, which the session has not seen."""
        self.written.append(Change(table, {"id": row_id}, {}, values))

    def ring_for_run(self, run_id: UUID) -> None:
        """After the commit a worker is told; if it is not, the next tick finds the run."""
        self.rings.append(Ring("work_on_run", None, run_id))

    def ring_for_event(self, event_id: str) -> None:
        """The same for an event of the payment provider; the janitor finds it."""
        self.rings.append(Ring("hear_provider", None, event_id))


Around: TypeAlias = Callable[[UnitOfWork, UUID | None], AbstractAsyncContextManager[None]]
"""What is done around a unit of work, within its transaction."""


@dataclass(frozen=True, slots=True)
class Transactions:
    """Begins units of work, all in one role: with an account as tenant, or (workers) without.

    `audit` keeps who has asked for what it changes, if somebody has.
    """

    engine: AsyncEngine
    clock: Clock
    bell: Bell
    bounds: Bounds = USUAL
    provider: str = SANDBOX
    audit: Around | None = None

    @asynccontextmanager
    async def begin(self, account_id: UUID | None = None) -> AsyncIterator[UnitOfWork]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            async with session.begin():
                if account_id is not None:
                    await set_tenant(session, account_id)
                uow = UnitOfWork(session, self.clock, self.bounds, self.provider)
                async with self.audit(uow, account_id) if self.audit else nullcontext():
                    yield uow
                    await uow.write_news()
            if uow.rings:
                reach(Fault.WORK_COMMITTED)
                await self.bell.ring(uow.rings)
                reach(Fault.WORK_RUNG)
            if uow.told:
                await self.bell.tell(uow.told)


async def set_tenant(session: AsyncSession, account_id: UUID) -> None:
    """The first statement of a tenant's transaction; a literal, so that every node gets it."""
    literal = UUID(str(account_id))
    await command(session, f"SET LOCAL perseat.account_id = '{literal}'")
