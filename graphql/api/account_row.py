"""The row that every field of an account comes from, and the account's own time."""

from datetime import date, datetime
from typing import Any

import strawberry

from api.context import Info
from app.domain.periods import local_date


@strawberry.type
class AccountRow:
    row: strawberry.Private[Any]

    def now(self, info: Info) -> datetime:
        """A sandbox account's time is its own."""
        now: datetime = self.row.test_clock or info.context.perseat.clock.now()
        return now

    def today(self, info: Info) -> date:
        return local_date(self.now(info), self.row.billing_timezone)
