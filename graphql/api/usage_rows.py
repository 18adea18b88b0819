"""What was used, summed up: of a day, a kind, a user and so on (R-40)."""

from datetime import date
from typing import Any, Self
from uuid import UUID

import strawberry

from api.context import Info
from api.lines import Line
from api.money import Money
from api.scalars import Long
from api.users import User
from app.domain.usage import Direction, Initiator, LineType, UsageKind
from app.domain.usage_days import Sums


@strawberry.interface(description="What was used, and what it cost: each row has these.")
class UsageFigures:
    events: Long = strawberry.field(description="How many events were reported.")
    paid_quantity: Long = strawberry.field(
        description="Units that cost credits: minutes, segments and look-ups; those of different "
        "kinds are added, so ask for them by kind to compare."
    )
    included_quantity: Long = strawberry.field(
        description="Units that the plan includes: they cost nothing but a carrier's fee."
    )
    amount: Money = strawberry.field(description="What the paid units cost, exact.")
    fees: Money = strawberry.field(
        description="What carriers charge for all units, the included ones too; passed on, and "
        "debited on the day after the event was posted."
    )
    total: Money = strawberry.field(description="Amount and fees together.")

    @classmethod
    def of(cls, sums: Sums, currency: str, **more: Any) -> Self:
        return cls(
            events=Long(sums.events),
            paid_quantity=Long(sums.paid),
            included_quantity=Long(sums.included),
            amount=Money.of(sums.amount, currency),
            fees=Money.of(sums.fee, currency),
            total=Money.of(sums.amount + sums.fee, currency),
            **more,
        )


@strawberry.type(description="All that was used in a range of days.")
class UsageSums(UsageFigures):
    """The figures alone."""


@strawberry.type(description="The usage of a day.")
class UsageOfDay(UsageFigures):
    day: date = strawberry.field(description="A day of the account's zone.")


@strawberry.type(description="The usage of one kind.")
class UsageOfKind(UsageFigures):
    kind: UsageKind = strawberry.field(description="What was used.")


@strawberry.type(description="The usage that went one way.")
class UsageOfDirection(UsageFigures):
    direction: Direction = strawberry.field(description="Which way it went.")


@strawberry.type(description="The usage on lines of one type.")
class UsageOfLineType(UsageFigures):
    line_type: LineType = strawberry.field(description="On what lines.")


@strawberry.type(description="The usage that was started in one way.")
class UsageOfInitiator(UsageFigures):
    initiator: Initiator = strawberry.field(description="Who started it.")


@strawberry.type(description="The usage of a user, of nobody, or of all users who follow.")
class UsageOfUser(UsageFigures):
    key: strawberry.Private[tuple[UUID, UUID] | None]
    users: int = strawberry.field(
        description="How many users this sums up: 1; 0 for usage of nobody; the others in the end."
    )

    @strawberry.field(description="Whose usage it is, deleted or not; null for nobody and others.")
    async def user(self, info: Info) -> User | None:
        return User.of(await self._row(info)) if self.key else None

    @strawberry.field(description="For a chart: the user's name, `No user`, or `12 others`.")
    async def label(self, info: Info) -> str:
        if self.key is None:
            return _unnamed("user", self.users)
        row = await self._row(info)
        return f"{row.first_name} {row.last_name}"

    async def _row(self, info: Info) -> Any:
        return (await info.context.loaders.user.load(self.key))[0]  # type: ignore[arg-type]


@strawberry.type(description="The usage of a line, of none, or of all lines that follow.")
class UsageOfLine(UsageFigures):
    key: strawberry.Private[tuple[UUID, UUID] | None]
    lines: int = strawberry.field(
        description="How many lines this sums up: 1; 0 for usage of none; the others in the end."
    )

    @strawberry.field(description="Whose usage it is; null for usage of no line and for others.")
    async def line(self, info: Info) -> Line | None:
        return Line.of(await self._row(info)) if self.key else None

    @strawberry.field(description="For a chart: the line's number, `No line`, or `12 others`.")
    async def label(self, info: Info) -> str:
        if self.key is None:
            return _unnamed("line", self.lines)
        number: str = (await self._row(info)).number
        return number

    async def _row(self, info: Info) -> Any:
        return (await info.context.loaders.line.load(self.key))[0]  # type: ignore[arg-type]


def _unnamed(noun: str, number: int) -> str:
    if not number:
        return f"No {noun}"
    return "1 other" if number == 1 else f"{number:,} others"
