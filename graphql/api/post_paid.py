"""What an account pays afterwards (M8), since when, and what is odd about it."""

from datetime import datetime
from typing import Any

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.documentation import documented
from api.pagination import FIRST, Connection, connect, page_of
from app.domain.forecasts import Ground
from app.domain.post_paid import Monthly, PostPaidPart, rent_of_month, warnings

documented(
    PostPaidPart,
    "What can be paid afterwards.",
    USAGE="Usage is accrued and invoiced on each 1st; there is no automatic top-up.",
    SUBSCRIPTION="Invoices are due thirty days after they were issued.",
)


@strawberry.type(description="What is paid afterwards now.")
class PostPaid(AccountRow):
    usage: bool = strawberry.field(description="Usage is accrued and invoiced on each 1st.")
    subscription: bool = strawberry.field(description="Invoices are due thirty days later.")

    @strawberry.field(
        description="Where it is smaller than what paying afterwards is meant for: usage by the "
        "dearest of the last months, a subscription by what a renewal costs a month. Nothing is "
        "refused for it."
    )
    async def warnings(self, info: Info) -> list[str]:
        flags = {PostPaidPart.USAGE: self.usage, PostPaidPart.SUBSCRIPTION: self.subscription}
        parts = [part for part, flag in flags.items() if flag]
        if not parts:
            return []
        loaders, moment = info.context.loaders, (self.row.id, self.now(info))
        usage = await loaders.dearest_month.load(moment)
        seen = Monthly(usage, _rent(await loaders.outlook.load(moment)))
        return warnings(parts, seen, info.context.perseat.settings.bounds.post_paid)


def _rent(outlook: Any) -> int:
    """What a closed account would renew is nothing."""
    if outlook is None:
        return 0
    stands = outlook.position if isinstance(outlook, Ground) else outlook
    return rent_of_month(stands.subscription, outlook.prices, stands.rented)


@strawberry.type(description="A part began or ceased to be paid afterwards; never changed later.")
class PostPaidChange:
    part: PostPaidPart = strawberry.field(description="Of what.")
    post_paid: bool = strawberry.field(description="Paid afterwards since then, or no longer.")
    contract: str | None = strawberry.field(description="The contract or quote that says so.")
    reason: str = strawberry.field(description="Why.")
    at: datetime = strawberry.field(description="From this instant on; cut-offs before it do not.")
    actor: str = strawberry.field(description="Who did it.")

    @classmethod
    def of(cls, row: Any) -> "PostPaidChange":
        names = ("part", "post_paid", "contract", "reason", "at", "actor")
        return cls(**{name: getattr(row, name) for name in names})


@strawberry.type
class PostPaidFields(AccountRow):
    @strawberry.field(description="What it pays afterwards, by contract.")
    def post_paid(self) -> PostPaid:
        return PostPaid(
            row=self.row,
            usage=self.row.post_paid_usage,
            subscription=self.row.post_paid_subscription,
        )

    @strawberry.field(description="What was paid afterwards since when, newest first.")
    async def post_paid_changes(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[PostPaidChange]:
        page = page_of("post_paid_changes", first, after)
        rows = await info.context.loaders.page.load((page, self.row.id))
        return connect(page, rows, PostPaidChange.of)
