"""What events are held against: the clocks and ends of their accounts, rates, users and lines."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import NotFound, Refused
from app.domain.periods import midnight
from app.domain.rates import RateBook
from app.domain.usage import Rated, UsageEvent, check_event
from app.models import Account
from app.services.rates import RateData, rate_data
from app.store import accounts as account_store
from app.store import usage as store

CLOCK_SKEW = timedelta(minutes=5)
"""How far a partner's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All that others may change meanwhile; `mark` tells whether they did. `clocks`: of sandboxes,
    None of others; `ends`: the first instants that are no longer of accounts that were cancelled
    or closed."""

    clocks: Mapping[UUID, datetime | None]
    ends: Mapping[UUID, datetime]
    rates: RateData


async def ground(uow: UnitOfWork, account_ids: Collection[UUID]) -> Ground:
    """Of the accounts that exist; in a fixed number of statements."""
    accounts = {each.id: each for each in await account_store.some(uow.session, account_ids)}
    clocks = {id_: each.test_clock for id_, each in accounts.items()}
    rates = await rate_data(uow, list(accounts))
    return Ground(clocks, await _ends(uow, accounts), rates)


async def mark(uow: UnitOfWork, account_ids: Collection[UUID]) -> Any:
    """Another one than before if the ground has changed; asked before the ground is read."""
    return await store.mark(uow.session, account_ids)


async def _ends(uow: UnitOfWork, accounts: Mapping[UUID, Account]) -> dict[UUID, datetime]:
    """P1, C5: a cancelled account is over when its term is, also if the run that closes it is
    late; a trial at the moment when it was closed."""
    found = {}
    for id_, (day, closed) in (await store.ends(uow.session, accounts)).items():
        end = closed if day is None else midnight(day, accounts[id_].billing_timezone)
        if end is not None:
            found[id_] = end
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """The rows that events name, of those that exist: (account, id)."""

    users: Collection[tuple[UUID, str]]
    lines: Collection[tuple[UUID, str]]
    holds: Collection[tuple[UUID, str]]


async def named(uow: UnitOfWork, reports: Sequence[tuple[UUID, UsageEvent]]) -> Named:
    users = {(id_, event.user_id) for id_, event in reports if event.user_id is not None}
    lines = {(id_, event.line_id) for id_, event in reports if event.line_id is not None}
    holds = {(id_, event.hold_id) for id_, event in reports if event.hold_id is not None}
    return Named(
        await store.known(uow.session, "users", users),
        await store.known(uow.session, "lines", lines),
        await store.known(uow.session, "usage_holds", holds),
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """One account and its time."""

    account_id: UUID
    book: RateBook
    end: datetime | None
    now: datetime
    named: Named

    def rate(self, event: UsageEvent, field: str) -> Rated:
        """Raise InvalidInput, NotFound or Refused, naming the field, for what cannot be posted."""
        check_event(event, field=field, now=self.now, ahead=CLOCK_SKEW)
        if self.end is not None and event.happened_at >= self.end:
            raise Refused(
                "P1",
                f"This account was closed on {self.end:%Y-%m-%d %H:%M} UTC: only what happened "
                "before that is recorded.",
                field=f"{field}.happenedAt",
            )
        if event.user_id is not None and (self.account_id, event.user_id) not in self.named.users:
            raise NotFound("user", field=f"{field}.userId")
        if event.line_id is not None and (self.account_id, event.line_id) not in self.named.lines:
            raise NotFound("line", field=f"{field}.lineId")
        if event.hold_id is not None and (self.account_id, event.hold_id) not in self.named.holds:
            raise NotFound("hold", field=f"{field}.holdId")
        return self.book.rate(event, field=field)


def meters(ground: Ground, named: Named, now: datetime) -> Mapping[UUID, Meter]:
    books = ground.rates.books()
    return {
        id_: Meter(id_, books[id_], ground.ends.get(id_), clock or now, named)
        for id_, clock in ground.clocks.items()
    }
