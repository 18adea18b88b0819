"""Random events, and what the views say of them: each is a naive sum over the events."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.periods import Period, add_months
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_days import Breakdown, Row, Span, Sums, UsageBy, leading
from app.domain.users import Role
from app.services import accounts
from app.services.verify import verify
from app.store import documents, staging, summaries, usage_days
from tests.make import Company, new_user

ZONES = (
    "UTC",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Africa/Cairo",
)
PEOPLE = 4
SPRING = datetime(2028, 2, 27, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    kind: UsageKind
    direction: Direction
    line_type: LineType
    initiator: Initiator
    included: bool
    quantity: int
    rate: int
    fee_rate: int
    who: int | None
    by_line: bool
    posted: datetime
    late: timedelta

    @property
    def sums(self) -> Sums:
        amount = 0 if self.included else self.rate * self.quantity
        paid, included = (0, self.quantity) if self.included else (self.quantity, 0)
        return Sums(1, paid, included, amount, self.fee_rate * self.quantity)


def _instants() -> st.SearchStrategy[datetime]:
    """Around 29 February and the changes of clocks; to the second, at midnight too."""
    days = [SPRING, datetime(2028, 3, 12, tzinfo=UTC), datetime(2028, 11, 5, tzinfo=UTC)]
    seconds = st.integers(0, 4 * 86_400)
    return st.builds(
        lambda day, second: day + timedelta(seconds=second), st.sampled_from(days), seconds
    )


EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(UsageKind),
        st.sampled_from(Direction),
        st.sampled_from(LineType),
        st.sampled_from(Initiator),
        st.booleans(),
        st.integers(1, 1_000),
        st.integers(0, 100_000),
        st.integers(0, 10_000),
        st.none() | st.integers(0, PEOPLE - 1),
        st.booleans(),
        _instants(),
        st.sampled_from([timedelta(0), timedelta(hours=7), timedelta(days=40)]),
    ),
    max_size=30,
)


@dataclass
class Account:
    company: Company
    zone: str
    users: list[UUID]
    line: UUID

    def day(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def posted_on(self, event: Event) -> date:
        return self.day(event.posted)

    def happened_on(self, event: Event) -> date:
        return self.day(event.posted - event.late)

    def key(self, part: Breakdown, event: Event, span: Span) -> str | None:
        day = self.posted_on if span.by is UsageBy.POSTED else self.happened_on
        keys: dict[Breakdown, object] = {
            Breakdown.TOTAL: None,
            Breakdown.DAY: day(event),
            Breakdown.USER: None if event.who is None else self.users[event.who],
            Breakdown.LINE: self.line if event.by_line else None,
        }
        found = keys[part] if part in keys else getattr(event, part.lower())
        return None if found is None else str(found)


async def _account(app: Perseat, zone: str) -> Account:
    """With real time, so that events can be posted at any instant."""
    boss = new_user("Boss", roles=frozenset({Role.ADMINISTRATOR}))
    new = accounts.NewAccount("Company", "upro", boss, billing_timezone=zone)
    async with app.tenants.begin(new.id) as uow:
        await accounts.create_account(uow, new)
    company = Company(app, new.id, "upro")
    users = await company.add(PEOPLE)
    line = (await company.attach(users[0])).line
    return Account(company, zone, [user.id for user in users], line.id)


async def _post(account: Account, events: Iterable[Event]) -> None:
    """By the statement of ingestion, one batch for each instant."""
    for event in events:
        async with account.company.begin() as uow:
            await staging.begin(uow.session)
            await staging.copy(uow.session, [_staged(account, event)])
            await staging.post(uow.session, new_id(), event.posted)


def _staged(account: Account, event: Event) -> tuple[Any, ...]:
    who = None if event.who is None else account.users[event.who]
    rate = 0 if event.included else event.rate
    return (
        0, account.company.id, "", str(new_id()), event.kind, event.direction, event.line_type,
        event.initiator, event.quantity, who, account.line if event.by_line else None, None, None,
        event.posted - event.late, rate, event.sums.amount, event.included, event.fee_rate,
        event.sums.fee, False,
    )  # fmt: skip


def _naive(
    account: Account, events: Iterable[Event], part: Breakdown, span: Span
) -> dict[str | None, Sums]:
    found: dict[str | None, Sums] = defaultdict(Sums)
    for event in events:
        day = account.posted_on(event) if span.by is UsageBy.POSTED else account.happened_on(event)
        if span.first <= day <= span.last:
            found[account.key(part, event, span)] += event.sums
    return dict(found)


async def _check(app: Perseat, zone: str, events: list[Event]) -> None:
    account = await _account(app, zone)
    await _post(account, events)
    spans = [Span(date(2028, 2, 29), date(2028, 2, 29), by) for by in UsageBy] + [
        Span(date(2028, 1, 1), date(2028, 12, 31), by) for by in UsageBy
    ]
    wanted = [((account.company.id, span), part) for span in spans for part in Breakdown]
    async with account.company.begin() as uow:
        found = await usage_days.sums(uow.session, wanted)
    for (_, span), part in wanted:
        rows = found.get(((account.company.id, span), part), [])
        assert {row.key: row.sums for row in rows} == _naive(account, events, part, span)
        for first in (1, 2, 100):
            shown = leading(rows, first)
            assert sum((row.sums for row in shown), Sums()) == sum(
                (row.sums for row in rows), Sums()
            )
    for month in (2, 3, 11):
        await _check_month(account, events, date(2028, month, 1))


async def _check_month(account: Account, events: list[Event], first: date) -> None:
    """M2: a fee belongs to the month of the day after it was posted."""
    month = Period(first, add_months(first, 1))
    mine = [event for event in events if account.posted_on(event) in month]
    fees = [e for e in events if account.posted_on(e) + timedelta(days=1) in month]
    total = sum(e.sums.amount for e in mine) + sum(e.sums.fee for e in fees)
    by_day: Counter[tuple[date, str]] = Counter()
    for event in mine:
        by_day[account.happened_on(event), event.kind] += event.sums.amount
    for event in fees:
        by_day[account.happened_on(event), event.kind] += event.sums.fee
    async with account.company.begin() as uow:
        wanted = [(account.company.id, month.start, month.end)]
        shown = (await summaries.months(uow.session, wanted))[account.company.id]
        annex = await documents.usage_by_day(uow.session, account.company.id, month)
    assert (shown.usage, shown.events) == (total, len(mine))
    assert shown.included == sum(event.included for event in mine)
    assert {(row.day, row.kind): row.amount for row in annex if row.amount} == +by_day
    assert sum(row.events for row in annex) == len(mine)


@pytest.fixture
async def world(own_app: Perseat) -> tuple[asyncio.AbstractEventLoop, Perseat]:
    return asyncio.get_running_loop(), own_app


@pytest.mark.timeout(600)
def test_every_view_is_a_naive_sum_of_the_events(
    world: tuple[asyncio.AbstractEventLoop, Perseat],
) -> None:
    """C1, M1, R-40: by any breakdown, on days of any zone, on 29 February."""
    loop, app = world

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(ZONES), EVENTS)
    @example("Pacific/Kiritimati", [])
    def check(zone: str, events: list[Event]) -> None:
        loop.run_until_complete(_check(app, zone, events))

    check()

    async def wrong() -> list[object]:
        found = [each async for each in verify(app.operators) if each.invariant.rule == "M1"]
        assert len(found) == 1
        return [finding for each in found for finding in each.findings]

    assert loop.run_until_complete(wrong()) == []


def test_the_rest_is_summed_up_and_nothing_is_lost() -> None:
    """R-40: also what the query has summed up before."""
    rows = [
        Row("a", Sums(1, 5)),
        Row("b", Sums(1, 4)),
        Row(None, Sums(1, 1), 0),
        Row(None, Sums(7, 7), 7),
    ]

    assert leading(rows, 1) == [
        Row("a", Sums(1, 5)),
        Row(None, Sums(1, 1), 0),
        Row(None, Sums(8, 11), 8),
    ]
    assert leading(rows[:2], 2) == rows[:2]
    assert leading([], 2) == []
