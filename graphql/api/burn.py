"""How fast credits are spent, by the ledger, and when they run out."""

from datetime import date, datetime, timedelta
from typing import Annotated

import strawberry

from api.context import Info
from api.credits_row import CreditsRow
from api.money import Money
from api.money import Period as Days
from app.domain.burn import Burn, Reserve, Spent, burn, runs_out, sentence
from app.domain.errors import InvalidInput
from app.domain.ledger import TransferKind
from app.domain.periods import Period, midnight, zone

LONGEST = 93
FirstDay = Annotated[
    date, strawberry.argument(name="from", description="The first day that counts.")
]
LastDay = Annotated[date, strawberry.argument(description="The last day that counts.")]


@strawberry.type(description="What one kind of entry has taken from the credits.")
class SpendKind:
    kind: TransferKind = strawberry.field(description="The kind of entry.")
    entries: int = strawberry.field(description="How many.")
    amount: Money = strawberry.field(description="Together; corrections are taken off.")


@strawberry.type(description="What usage has taken from the credits in some days.")
class CreditSpend:
    period: Days = strawberry.field(description="The days, by which it was posted.")
    total: Money = strawberry.field(description="All of it, exact.")
    kinds: list[SpendKind] = strawberry.field(description="The same by kind of entry.")


@strawberry.type(description="What a forecast was made from.")
class BurnBasis:
    since: datetime = strawberry.field(
        description="The first debit that was counted, or a week ago."
    )
    last_day: Money = strawberry.field(description="Spent in the last 24 hours.")
    last_week: Money = strawberry.field(description="Spent in the last 7 days, the last included.")
    entries: int = strawberry.field(description="How many debits.")


@strawberry.type(
    description="How fast credits are spent: the last 24 hours and the average day of the last "
    "week count alike. No promise, and nothing is billed by it."
)
class CreditForecast:
    burn_per_hour: Money = strawberry.field(description="Spent in an hour, on average.")
    burn_per_day: Money = strawberry.field(description="Spent in a day, on average.")
    based_on: BurnBasis = strawberry.field(description="What it was made from.")
    runs_out_at: datetime | None = strawberry.field(
        description="When nothing is left, or automatic top-up buys more; null if that is more "
        "than 60 days away, has happened already, or usage is post-paid."
    )
    sentence: str = strawberry.field(description="The same for people, in the account's zone.")


@strawberry.type
class BurnFields(CreditsRow):
    @strawberry.field(
        description="What usage has taken from the credits in these days of the account; both "
        "count, 93 at most."
    )
    async def spend(self, info: Info, from_: FirstDay, to: LastDay) -> CreditSpend:
        account = await self.account(info)
        days, timezone = _days(from_, to), account.row.billing_timezone
        key = (self.account_id, midnight(days.start, timezone), midnight(days.end, timezone))
        rows = await info.context.loaders.spend.load(key)
        return CreditSpend(
            period=Days.of_days(days),
            total=Money.of(sum(row[2] for row in rows), self.currency),
            kinds=[
                SpendKind(
                    kind=TransferKind(kind),
                    entries=number,
                    amount=Money.of(amount, self.currency),
                )
                for kind, number, amount in rows
            ],
        )

    @strawberry.field(
        description="When the credits run out, or are topped up; null where less than a day of "
        "paid usage is known, or hardly any."
    )
    async def forecast(self, info: Info) -> CreditForecast | None:
        loaders, (account_id, now) = info.context.loaders, await self.moment(info)
        spent = await loaders.spent.load((account_id, now))
        rate = None if spent is None else burn(spent, now)
        if spent is None or rate is None:
            return None
        account = (await self.account(info)).row
        (row,) = await loaders.credits.load((account_id,))
        funds = await loaders.funds.load((account_id, now))
        reserve = Reserve(
            available=funds.balance - funds.pending,
            floor=row.threshold if row.enabled else 0,
            topped_up=row.enabled,
            unlimited=account.may_go_negative,
            post_paid=account.post_paid_usage,
        )
        out = runs_out(rate, reserve, now)
        told = sentence(reserve, out, now, zone(account.billing_timezone))
        return _forecast(spent, rate, out, told, self.currency)


def _days(first: date, last: date) -> Period:
    if not 0 <= (last - first).days < LONGEST:
        raise InvalidInput(f"Ask for 1 to {LONGEST} days, the first of them first.", field="to")
    return Period(first, last + timedelta(days=1))


def _forecast(
    spent: Spent, rate: Burn, out: datetime | None, told: str, currency: str
) -> CreditForecast:
    return CreditForecast(
        burn_per_hour=Money.of(rate.per_hour, currency),
        burn_per_day=Money.of(rate.per_day, currency),
        based_on=BurnBasis(
            since=spent.since,
            last_day=Money.of(spent.last_day, currency),
            last_week=Money.of(spent.last_week, currency),
            entries=spent.entries,
        ),
        runs_out_at=out,
        sentence=told,
    )
