"""What every field of credits comes from: the account and its own time."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.account_row import AccountRow
from api.context import Info


@strawberry.type
class CreditsRow:
    account_id: strawberry.Private[UUID]
    currency: strawberry.Private[str]

    async def account(self, info: Info) -> AccountRow:
        (row,) = await info.context.loaders.account.load((self.account_id,))
        return AccountRow(row=row)

    async def moment(self, info: Info) -> tuple[UUID, datetime]:
        """By which what holds and forecasts say at the account's own time is read."""
        return self.account_id, (await self.account(info)).now(info)
