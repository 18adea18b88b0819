"""Rates: of a plan's card, of an account at its own time, and the fees of carriers."""

from datetime import datetime
from itertools import product
from typing import Any

import strawberry

from api.account_row import AccountRow
from api.context import Info
from api.money import Money
from app.domain.rates import Entry
from app.domain.usage import Cell, Direction, Initiator, LineType, UsageKind
from app.store import rates as store


@strawberry.type(description="What one unit of one kind of usage costs.")
class UsageRate:
    kind: UsageKind = strawberry.field(description="What is used.")
    direction: Direction = strawberry.field(description="Which way it goes.")
    line_type: LineType = strawberry.field(description="On what line.")
    initiator: Initiator = strawberry.field(description="Who starts it.")
    amount: Money = strawberry.field(description="For one unit; exact to a millionth.")
    included: bool = strawberry.field(
        description="Part of the plan by decision: recorded, and never charged for."
    )
    is_example: bool = strawberry.field(
        description="True for figures of the demo catalogue that no source gives."
    )


def _cell(cell: Cell) -> dict[str, Any]:
    return dict(zip(("kind", "direction", "line_type", "initiator"), cell, strict=True))


@strawberry.type(description="A rate of a plan's card, for what happens while it is in force.")
class PlanRate(UsageRate):
    effective_from: datetime | None = strawberry.field(
        description="It counts for what happened at this instant or later."
    )
    effective_until: datetime | None = strawberry.field(
        description="The first instant for which it no longer counts, if there is one."
    )

    @classmethod
    def of(cls, row: Any, currency: str) -> "PlanRate":
        return cls(
            **_cell((row.kind, row.direction, row.line_type, row.initiator)),
            amount=Money.of(row.amount, currency),
            included=row.included,
            is_example=row.is_example,
            effective_from=row.effective.lower,
            effective_until=row.effective.upper,
        )


@strawberry.type(description="What one unit costs an account now, by its plan or its contract.")
class AccountRate(UsageRate):
    negotiated: bool = strawberry.field(
        description="The account's own rate, which comes before the plan's."
    )
    posts_at_end_of_day: bool = strawberry.field(
        description="Debited when the day of the account ends; else at once."
    )

    @classmethod
    def of(cls, cell: Cell, entry: Entry, currency: str) -> "AccountRate":
        return cls(
            **_cell(cell),
            amount=Money.of(entry.rate, currency),
            included=entry.included,
            is_example=entry.is_example,
            negotiated=entry.negotiated,
            posts_at_end_of_day=entry.deferred,
        )


@strawberry.type(description="A rate that was negotiated; what is null stands for all of them.")
class NegotiatedRate:
    plan_id: strawberry.ID | None = strawberry.field(description="On which plan it counts.")
    kind: UsageKind | None = strawberry.field(description="What is used.")
    direction: Direction | None = strawberry.field(description="Which way it goes.")
    line_type: LineType | None = strawberry.field(description="On what line.")
    initiator: Initiator | None = strawberry.field(description="Who starts it.")
    amount: Money | None = strawberry.field(
        description="For one unit; null gives the plan's rates back."
    )
    included: bool = strawberry.field(description="Agreed as part of the plan, for nothing.")
    effective_at: datetime = strawberry.field(
        description="It counts for what happens from then on; the later one comes before others."
    )
    contract: str | None = strawberry.field(description="The contract that says so.")
    created_at: datetime = strawberry.field(description="When it was agreed.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "NegotiatedRate":
        return cls(
            plan_id=None if row.plan_id is None else strawberry.ID(row.plan_id),
            **_cell((row.kind, row.direction, row.line_type, row.initiator)),
            amount=None if row.amount is None else Money.of(row.amount, currency),
            included=row.included,
            effective_at=row.effective_at,
            contract=row.contract,
            created_at=row.at,
        )


@strawberry.type(
    description="What a carrier asks for each segment; passed on without a markup, also of what "
    "is included, and debited on the next day."
)
class CarrierFee:
    carrier: str = strawberry.field(description="Its name in usage events, such as att.")
    kind: UsageKind = strawberry.field(description="Of what it is asked.")
    direction: Direction = strawberry.field(description="In which direction.")
    amount: Money = strawberry.field(description="For each segment.")
    is_example: bool = strawberry.field(description="True for figures that no source gives.")
    effective_from: datetime | None = strawberry.field(
        description="It counts for what happened at this instant or later."
    )
    effective_until: datetime | None = strawberry.field(
        description="The first instant for which it no longer counts, if there is one."
    )


@strawberry.type
class RateFields(AccountRow):
    @strawberry.field(
        description="What usage costs at the account's present time, cell by cell: negotiated "
        "rates before the plan's."
    )
    async def rates(self, info: Info, kind: UsageKind | None = None) -> list[AccountRate]:
        book = await info.context.loaders.rates.load(self.row.id)
        now, kinds = self.now(info), list(UsageKind) if kind is None else [kind]
        cells = product(kinds, Direction, LineType, Initiator)
        found = [(cell, book.entry(cell, None, now)) for cell in cells]
        return [
            AccountRate.of(cell, entry, self.row.currency)
            for cell, entry in found
            if entry is not None
        ]

    @strawberry.field(
        description="Rates of its own, in the order in which they were agreed. What the plan "
        "includes stays included unless all four fields name it."
    )
    async def negotiated_rates(self, info: Info) -> list[NegotiatedRate]:
        rows = await info.context.loaders.account_rates.load((self.row.id,))
        return [NegotiatedRate.of(row, self.row.currency) for row in rows]


@strawberry.type
class RateQuery:
    @strawberry.field(description="The fees of all carriers that may be named in usage events.")
    async def carrier_fees(self, info: Info, carrier: str | None = None) -> list[CarrierFee]:
        async with info.context.loaders.session() as session:
            rows = await store.fees(session)
        return [
            CarrierFee(
                carrier=row.carrier,
                kind=row.kind,
                direction=row.direction,
                amount=Money.of(row.amount, store.CARRIERS_ASK_IN),
                is_example=row.is_example,
                effective_from=row.effective.lower,
                effective_until=row.effective.upper,
            )
            for row in rows
            if carrier in {None, row.carrier}
        ]
