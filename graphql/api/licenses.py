"""Licences: how many are held and occupied, on which day, and which charge paid for them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import strawberry

from api.account_row import AccountRow
from api.charges import Charge
from api.context import Info
from api.ids import encode
from api.money import Money
from api.users import StatusCount, User
from app.domain.errors import InvalidInput
from app.domain.licenses import Licenses, calendar
from app.domain.money import Micros
from app.domain.periods import Period, local_date, midnight, month_of
from app.domain.plans import POLICIES, BillingPolicy, Component, PriceBook, Term
from app.domain.subscriptions import Rented, Subscription, true_up
from app.domain.users import UserStatus


@strawberry.type(description="A user whom the next true-up charges, as things stand.")
class TrueUpCandidate:
    user: User = strawberry.field(description="Who is beyond the held licences.")
    since: date = strawberry.field(description="The day from which the licence is charged.")
    amount: Money = strawberry.field(description="What it costs until the term's end.")


@strawberry.type(description="Licences at one moment.")
class LicenseSummary(AccountRow):
    is_now: strawberry.Private[bool]
    held: int = strawberry.field(description="Paid for in the current term.")
    occupied: int = strawberry.field(description="Billable users.")
    available: int = strawberry.field(
        description="May be taken at no charge until the term ends: a licence is reused."
    )
    minimum: int = strawberry.field(description="The contracted floor of the term.")
    by_status: list[StatusCount] = strawberry.field(description="Users by state.")

    @strawberry.field(
        description="Long terms: who is beyond the held licences now, newest first. The next 1st "
        "charges them, each from the day of the addition."
    )
    async def true_up_candidates(self, info: Info) -> list[TrueUpCandidate]:
        loaders = info.context.loaders
        row = await loaders.subscription.load(self.row.id)
        if not self.is_now or row.current is None or (terms := _terms(row)).in_month:
            return []
        beyond = await loaders.beyond_held.load((self.row.id, self.now(info)))
        users = await loaders.user.load_many([(self.row.id, each.user_id) for each in beyond])
        days = [local_date(each.since, self.row.billing_timezone) for each in beyond]
        prices = await loaders.prices.load(self.row.id)
        return [
            TrueUpCandidate(
                user=User.of(user),
                since=day,
                amount=Money.of(_price(terms, prices, day), self.row.currency),
            )
            for (user,), day in zip(users, days, strict=True)
        ]


def _price(subscription: Subscription, prices: PriceBook, day: date) -> Micros:
    """L4: what the true-up charges for one user who came on this day."""
    one = Rented(Component.LICENSE, wanted=1, held=0, additions=[day])
    return sum(charge.amount for charge in true_up(subscription, prices, one))


def _terms(row: Any) -> Subscription:
    return Subscription(
        row.plan_id,
        row.plan_name,
        Term(row.term),
        Period(row.current.lower, row.current.upper),
        POLICIES[BillingPolicy(row.billing_policy)].prorates,
        priced_on=row.priced_on,
    )


@strawberry.type(description="One day of the licence calendar.")
class LicenseDay:
    day: date = strawberry.field(description="The day, in the account's time zone.")
    held: int = strawberry.field(description="Licences that are paid for on it.")
    occupied: int | None = strawberry.field(
        description="The most users that were billable at one moment of it; null for days to come."
    )
    charge_ids: list[strawberry.ID] = strawberry.field(
        description="The charges that paid for it, lowest licence number first."
    )


@strawberry.type(description="Licences of a month, day by day.")
class LicenseCalendar:
    days: list[LicenseDay] = strawberry.field(description="Each day of the month.")
    charges: list[Charge] = strawberry.field(
        description="What paid for them: each charge for the licences that it numbers and the days "
        "of its period."
    )


@strawberry.type
class LicenseFields(AccountRow):
    def _billed(self, now: datetime) -> datetime:
        """While a cut-off waits to be billed the term before it is the last that is known."""
        due: datetime | None = self.row.next_bill_at
        return now if due is None else min(now, due - timedelta(seconds=1))

    @strawberry.field(
        description="Licences now, or at an instant of the past, computed from the history. `held` "
        "is what the day is paid for as known today: a later true-up counts from its own day."
    )
    async def licenses(self, info: Info, at: datetime | None = None) -> LicenseSummary:
        loaders, now = info.context.loaders, self.now(info)
        if at is not None and (at.tzinfo is None or at > now):
            raise InvalidInput("Give an instant of the past, with a UTC offset.", field="at")
        if at is None:
            counts = await loaders.users_by_status.load(self.row.id)
        else:
            counts = await loaders.users_by_status_at.load((self.row.id, at))
        day = local_date(at or self._billed(now), self.row.billing_timezone)
        held = await loaders.licenses_held.load((self.row.id, day))
        terms = await loaders.subscription.load(self.row.id)
        minimum = terms.minimum if at is None else await loaders.minimum.load((self.row.id, day))
        billable = POLICIES[BillingPolicy(terms.billing_policy)].billable
        found = Licenses(held, sum(counts.get(status, 0) for status in billable), minimum)
        return LicenseSummary(
            row=self.row,
            is_now=at is None,
            held=held,
            occupied=found.occupied,
            available=found.available,
            minimum=minimum,
            by_status=[StatusCount(status=s, count=counts.get(s, 0)) for s in UserStatus],
        )

    @strawberry.field(
        description="Each day of a month: licences held and occupied, and the charges that paid "
        "for them. `month` is any day of it; this month if not given."
    )
    async def license_calendar(self, info: Info, month: date | None = None) -> LicenseCalendar:
        days = month_of(month or self.today(info))
        rows = await info.context.loaders.licenses_paid.load((self.row.id, days.start, days.end))
        until = min(midnight(days.end, self.row.billing_timezone), self.now(info))
        changes = await info.context.loaders.occupancy.load((self.row.id, until))
        paid = [_Paid(row) for row in rows]
        return LicenseCalendar(
            days=[
                LicenseDay(
                    day=day.date,
                    held=day.held,
                    occupied=day.occupied,
                    charge_ids=[encode("charge", self.row.id, each.row.id) for each in day.paid],
                )
                for day in calendar(days, self.today(info), paid, changes)
            ],
            charges=[Charge.of(each.row, self.row.currency) for each in paid],
        )


@dataclass(frozen=True, slots=True)
class _Paid:
    """A row of charges, as the calendar sees it."""

    row: Any

    @property
    def slots(self) -> range:
        return range(self.row.slots.lower, self.row.slots.upper)

    @property
    def period(self) -> Period:
        return Period(self.row.period.lower, self.row.period.upper)
