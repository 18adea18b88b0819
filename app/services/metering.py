"""What an event is held against: its account's clock, end, rates, users and lines."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.errors import NotFound, Refused
from app.domain.periods import midnight
from app.domain.usage import Rated, UsageEvent, check_event
from app.models import Account
from app.services.locks import accounts_locked, time_of
from app.services.usage import Rates, rates_of
from app.store import usage as store

CLOCK_SKEW = timedelta(minutes=5)
"""How far a partner's clock may be ahead of ours."""

Known = Collection[tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class Meter:
    """One account, locked; `end` is the first instant that is no longer its own."""

    account: Account
    rates: Rates
    end: datetime | None
    now: datetime
    latest: datetime
    users: Known
    lines: Known

    def rate(self, event: UsageEvent, field: str) -> Rated:
        """Raise InvalidInput, NotFound or Refused, naming the field, for what cannot be posted."""
        check_event(event, field=field, now=self.latest)
        if self.end is not None and event.happened_at >= self.end:
            raise Refused(
                "P1",
                f"This account was closed on {self.end:%Y-%m-%d %H:%M} UTC: only what happened "
                "before that is recorded.",
                field=f"{field}.happenedAt",
            )
        if event.user_id is not None and (self.account.id, event.user_id) not in self.users:
            raise NotFound("user", field=f"{field}.userId")
        if event.line_id is not None and (self.account.id, event.line_id) not in self.lines:
            raise NotFound("line", field=f"{field}.lineId")
        return self.rates.rate(event, field=field)


async def meters(
    uow: UnitOfWork, reports: Sequence[tuple[UUID, UsageEvent]]
) -> Mapping[UUID, Meter]:
    """By account, of those that exist; in a fixed number of statements."""
    accounts = await accounts_locked(uow, {account_id for account_id, _ in reports})
    ends = await _ends(uow, accounts)
    rates = await rates_of(uow, accounts.values())
    users = {(id_, event.user_id) for id_, event in reports if event.user_id is not None}
    lines = {(id_, event.line_id) for id_, event in reports if event.line_id is not None}
    known_users = await store.known(uow.session, "users", users)
    known_lines = await store.known(uow.session, "lines", lines)
    found = {}
    for id_, account in accounts.items():
        now = time_of(uow, account)
        found[id_] = Meter(
            account, rates[id_], ends.get(id_), now, now + CLOCK_SKEW, known_users, known_lines
        )
    return found


async def _ends(uow: UnitOfWork, accounts: Mapping[UUID, Account]) -> dict[UUID, datetime]:
    """P1, C5: a cancelled account is over when its term is, also if the run that closes it is
    late; a trial at the moment when it was closed."""
    found = {}
    for id_, (day, closed) in (await store.ends(uow.session, accounts)).items():
        end = closed if day is None else midnight(day, accounts[id_].billing_timezone)
        if end is not None:
            found[id_] = end
    return found
