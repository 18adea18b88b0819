"""What was used in a range of days: paid, included, amount (R-40); the same in many breakdowns."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.pagination import FIRST, MOST, Connection, Edge, PageInfo, connect, page_of
from api.usage_events import NEWEST, UsageEvent
from api.usage_rows import (
    UsageFigures,
    UsageOfDay,
    UsageOfDirection,
    UsageOfInitiator,
    UsageOfKind,
    UsageOfLine,
    UsageOfLineType,
    UsageOfUser,
    UsageSums,
)
from app.domain.errors import InvalidInput
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_days import (
    NOTHING,
    Breakdown,
    Row,
    Span,
    UsageBy,
    every_day,
    leading,
    span_of,
)
from app.store.usage_events import Window

Of = TypeVar("Of", bound=UsageFigures)
INSTEAD = "Use `usageEvents`: it filters, and says what each event cost and why."
_NAMED = 10


@strawberry.type(description="What was used in a range of days. Each breakdown has the same sums.")
class Usage:
    row: strawberry.Private[Any]
    span: strawberry.Private[Span]
    page: strawberry.Private[tuple[int, str | None]]
    by: UsageBy = strawberry.field(description="Which of its days an event counts on.")

    @strawberry.field(name="from", description="The first day that counts.")
    def first_day(self) -> date:
        return self.span.first

    @strawberry.field(description="The last day that counts.")
    def to(self) -> date:
        return self.span.last

    @strawberry.field(description="All of it.")
    async def totals(self, info: Info) -> UsageSums:
        rows = await self._rows(info, Breakdown.TOTAL)
        return UsageSums.of(rows[0].sums if rows else NOTHING, self.row.currency)

    @strawberry.field(description="One for each day of the range, also for those without usage.")
    async def by_day(self, info: Info) -> list[UsageOfDay]:
        rows = every_day(await self._rows(info, Breakdown.DAY), self.span)
        return [UsageOfDay.of(sums, self.row.currency, day=day) for day, sums in rows]

    @strawberry.field(description="By what was used, dearest first.")
    async def by_kind(self, info: Info) -> list[UsageOfKind]:
        return await self._of(
            info, Breakdown.KIND, UsageOfKind, lambda key: {"kind": UsageKind(key)}
        )

    @strawberry.field(description="By which way it went, dearest first.")
    async def by_direction(self, info: Info) -> list[UsageOfDirection]:
        return await self._of(
            info,
            Breakdown.DIRECTION,
            UsageOfDirection,
            lambda key: {"direction": Direction(key)},
        )

    @strawberry.field(description="By the type of the line, dearest first.")
    async def by_line_type(self, info: Info) -> list[UsageOfLineType]:
        return await self._of(
            info, Breakdown.LINE_TYPE, UsageOfLineType, lambda key: {"line_type": LineType(key)}
        )

    @strawberry.field(description="By who started it, dearest first.")
    async def by_initiator(self, info: Info) -> list[UsageOfInitiator]:
        return await self._of(
            info, Breakdown.INITIATOR, UsageOfInitiator, lambda key: {"initiator": Initiator(key)}
        )

    @strawberry.field(
        description="The `first` users, dearest first, deleted ones too; then usage of nobody, if "
        "there is any; then all others in one row. The rows sum up to the totals."
    )
    async def by_user(self, info: Info, first: int = _NAMED) -> list[UsageOfUser]:
        rows = leading(await self._rows(info, Breakdown.USER), _checked(first))
        return [
            UsageOfUser.of(row.sums, self.row.currency, key=self._key(row), users=row.number)
            for row in rows
        ]

    @strawberry.field(
        description="The `first` lines, dearest first; then usage of no line, if there is any; "
        "then all others in one row. The rows sum up to the totals."
    )
    async def by_line(self, info: Info, first: int = _NAMED) -> list[UsageOfLine]:
        rows = leading(await self._rows(info, Breakdown.LINE), _checked(first))
        return [
            UsageOfLine.of(row.sums, self.row.currency, key=self._key(row), lines=row.number)
            for row in rows
        ]

    @strawberry.field(description="Events, newest first.", deprecation_reason=INSTEAD)
    async def nodes(self, info: Info) -> list[UsageEvent]:
        return (await self._events(info)).nodes

    @strawberry.field(description="Events with their places.", deprecation_reason=INSTEAD)
    async def edges(self, info: Info) -> list[Edge[UsageEvent]]:
        return (await self._events(info)).edges

    @strawberry.field(description="What comes after the page.", deprecation_reason=INSTEAD)
    async def page_info(self, info: Info) -> PageInfo:
        return (await self._events(info)).page_info

    async def _events(self, info: Info) -> Connection[UsageEvent]:
        page = page_of("usage_events", *self.page, by=NEWEST)
        rows = await info.context.loaders.usage_events.load((page, self.row.id, Window()))
        return connect(page, rows, UsageEvent.of)

    async def _rows(self, info: Info, part: Breakdown) -> list[Row]:
        found = await info.context.loaders.usage_days.load(((self.row.id, self.span), part))
        return list(found)

    async def _of(
        self, info: Info, part: Breakdown, kind: type[Of], named: Callable[[str], dict[str, Any]]
    ) -> list[Of]:
        rows = await self._rows(info, part)
        return [kind.of(row.sums, self.row.currency, **named(row.key or "")) for row in rows]

    def _key(self, row: Row) -> tuple[UUID, UUID] | None:
        return None if row.key is None else (self.row.id, UUID(row.key))


def _checked(first: int) -> int:
    if not 1 <= first <= MOST:
        raise InvalidInput(f"Ask for the first 1 to {MOST}.", field="first")
    return first


@strawberry.type
class UsageFields(AccountRow):
    @strawberry.field(
        description="What was used from one day to another, 400 days at most; both count, and are "
        "days of the account's zone. Without them: the current month so far."
    )
    async def usage(
        self,
        info: Info,
        from_: Annotated[date | None, strawberry.argument(name="from")] = None,
        to: date | None = None,
        by: UsageBy = UsageBy.POSTED,
        first: Annotated[int, strawberry.argument(deprecation_reason=INSTEAD)] = FIRST,
        after: Annotated[str | None, strawberry.argument(deprecation_reason=INSTEAD)] = None,
    ) -> Usage:
        span = span_of(from_, to, by, today=self.today(info))
        return Usage(row=self.row, span=span, page=(first, after), by=by)
