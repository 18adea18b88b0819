"""Alerts on credits: at which amounts somebody is told, and when that was."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from api.context import Info
from api.credits_row import CreditsRow
from api.ids import encode
from api.money import Money
from api.pagination import FIRST, Connection, connect, page_of


@strawberry.type(
    description="An amount at which billing admins (where there is none, administrators) get a "
    "mail: when the balance comes from above to it or below. Nothing is charged by it."
)
class CreditAlert:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    threshold: Money = strawberry.field(description="The amount.")
    armed: bool = strawberry.field(
        description="Whether it will tell: the balance is above it. Once it has told, it waits "
        "until the balance has been above it again."
    )

    @classmethod
    def of(cls, row: Any, currency: str) -> "CreditAlert":
        return cls(
            row=row,
            id=encode("alert", row.account_id, row.id),
            threshold=Money.of(row.threshold, currency),
            armed=row.armed,
        )

    @strawberry.field(description="When the balance last came to it; null if it never has.")
    async def last_crossed_at(self, info: Info) -> datetime | None:
        found: datetime | None = await info.context.loaders.last_crossed.load(
            (self.row.account_id, self.row.id)
        )
        return found


@strawberry.type(description="The balance came to an alert's amount, or below it.")
class AlertCrossing:
    threshold: Money = strawberry.field(description="The amount of the alert.")
    balance: Money = strawberry.field(description="The balance then.")
    at: datetime = strawberry.field(description="When, by the account's clock.")


@strawberry.type
class AlertFields(CreditsRow):
    @strawberry.field(description="At which balances somebody is told, the highest first.")
    async def alerts(self, info: Info) -> list[CreditAlert]:
        rows = await info.context.loaders.alerts.load((self.account_id,))
        active = sorted((row for row in rows if row.active), key=lambda row: -row.threshold)
        return [CreditAlert.of(row, self.currency) for row in active]

    @strawberry.field(
        description="When the balance came to an alert's amount, newest first; also of alerts "
        "that were taken off the list."
    )
    async def alert_crossings(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[AlertCrossing]:
        loaders, page = info.context.loaders, page_of("alert_crossings", first, after)
        rows = await loaders.page.load((page, self.account_id))
        alerts = {each.id: each for each in await loaders.alerts.load((self.account_id,))}
        return connect(
            page,
            rows,
            lambda row: AlertCrossing(
                threshold=Money.of(alerts[row.alert_id].threshold, self.currency),
                balance=Money.of(row.balance, self.currency),
                at=row.at,
            ),
        )


@strawberry.input(description="Set the whole list of alerts.")
class SetCreditAlertsInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    thresholds: list[Decimal] = strawberry.field(
        description="Up to 10 amounts; less than zero is debt. What is not in it tells no more. An "
        "account names at most 100 different ones in its life."
    )
