"""A span of usage as whole local days, whose sums are kept, and parts of days at its ends."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.domain.periods import local_date, midnight

NOTHING, EVERYTHING = UUID(int=0), UUID(int=2**128 - 1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UsageSpan:
    """Usage of an account from an instant on, until before another, which a debt is of (M7, M8).

    Of what came at `since` only what is later than the id `first`, which settled what was before;
    of what came at `until` only what is earlier than the id `last`.
    """

    account_id: UUID
    since: datetime
    until: datetime
    timezone: str
    first: UUID = NOTHING
    last: UUID = NOTHING

    @property
    def days(self) -> tuple[date, date]:
        """The local days on which it begins and ends."""
        return local_date(self.since, self.timezone), local_date(self.until, self.timezone)

    @property
    def whole(self) -> tuple[date, date]:
        """The first whole day, and the day after the last one."""
        began, ended = self.days
        is_whole = self.since == midnight(began, self.timezone) and self.first == NOTHING
        return (began if is_whole else began + _DAY), ended

    @property
    def tail(self) -> datetime:
        """From here on it is counted by events; M2: what is debited when this day ends is later."""
        return max(self.since, midnight(self.days[1], self.timezone))

    @property
    def head(self) -> tuple[datetime, datetime]:
        """Until the second instant it is counted by events, deferred ones from the first one on:
        their day ends within the span (M2)."""
        began, ended = self.days
        if began == ended or self.whole[0] == began:
            return self.since, self.since
        return midnight(began, self.timezone), midnight(began + _DAY, self.timezone)
