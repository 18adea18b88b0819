"""Prices change: of the list, or of the one account that has negotiated (P2)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.money import Money
from api.mutations import mutate, user_errors
from api.plans import Price, price_of
from app.db.unit_of_work import UnitOfWork
from app.domain.errors import BillingError
from app.domain.money import Micros, from_decimal
from app.domain.plans import Component, Term
from app.services import prices as service


@strawberry.type(description="A price that was negotiated with one account.")
class NegotiatedPrice:
    plan_id: strawberry.ID = strawberry.field(description="On which plan it counts.")
    component: Component = strawberry.field(description="What it is the price of.")
    term: Term = strawberry.field(description="For how long.")
    amount: Money | None = strawberry.field(
        description="The price of one unit for the term; null gives the list's price back."
    )
    effective_on: date = strawberry.field(
        description="It counts from the first renewal or upgrade on or after this day."
    )
    contract: str | None = strawberry.field(description="The contract that says so.")
    created_at: datetime = strawberry.field(description="When it was agreed.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "NegotiatedPrice":
        return cls(
            plan_id=strawberry.ID(row.plan_id),
            component=row.component,
            term=row.term,
            amount=None if row.amount is None else Money.of(row.amount, currency),
            effective_on=row.effective_on,
            contract=row.contract,
            created_at=row.at,
        )


@strawberry.input(description="A price for one account.")
class SetNegotiatedPriceInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    plan_id: strawberry.ID = strawberry.field(description="On which plan it counts.")
    component: Component = strawberry.field(description="What it is the price of.")
    term: Term = strawberry.field(description="For how long.")
    amount: Decimal | None = strawberry.field(
        default=None, description="One unit for one term; left out, the list's price counts again."
    )
    effective_on: date | None = strawberry.field(
        default=None, description="From which day on; the next renewal if not given."
    )
    contract: str | None = strawberry.field(default=None, description="What says so.")


@strawberry.input(description="A price of the list.")
class SetListPriceInput:
    plan_id: strawberry.ID = strawberry.field(description="The plan.")
    component: Component = strawberry.field(description="What it is the price of.")
    term: Term = strawberry.field(description="For how long.")
    amount: Decimal = strawberry.field(description="One unit for one whole term.")
    effective_on: date | None = strawberry.field(
        default=None,
        description="From which day on; in two days at the earliest, and then if it is left out. "
        "A price that is scheduled for the same day is replaced.",
    )


@strawberry.type(description="What came of negotiating a price.")
class NegotiatedPricePayload:
    price: NegotiatedPrice | None = strawberry.field(default=None, description="The price.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of changing a price of the list.")
class ListPricePayload:
    price: Price | None = strawberry.field(default=None, description="The price to come.")
    user_errors: list[UserError] = user_errors()


def _amount(given: Decimal | None) -> Micros | None:
    return None if given is None else from_decimal(given, field="amount")


@strawberry.type
class PriceMutation:
    @strawberry.mutation(
        description="Agree a price with one account. It counts from a renewal on: what is paid "
        "for keeps its price."
    )
    async def set_negotiated_price(
        self, info: Info, input: SetNegotiatedPriceInput
    ) -> NegotiatedPricePayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> NegotiatedPricePayload:
            new = service.NewPrice(
                input.plan_id,
                input.component,
                input.term,
                _amount(input.amount),
                input.effective_on,
                input.contract,
            )
            actor = info.context.principal.actor
            row = await service.set_negotiated_price(uow, account_id, new, actor=actor)
            currency = await service.currency_of(uow, row.plan_id)
            return NegotiatedPricePayload(price=NegotiatedPrice.of(row, currency))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, NegotiatedPricePayload, target, work)

    @strawberry.mutation(
        description="Change a price for everybody who has not negotiated: each from the first "
        "renewal on or after the day."
    )
    async def set_list_price(self, info: Info, input: SetListPriceInput) -> ListPricePayload:
        context = info.context
        try:
            new = service.NewPrice(
                input.plan_id,
                input.component,
                input.term,
                from_decimal(input.amount, field="amount"),
                input.effective_on,
            )
            async with context.loaders.silent(), context.operators.begin() as uow:
                row = await service.set_list_price(uow, new)
                currency = await service.currency_of(uow, row.plan_id)
                return ListPricePayload(price=price_of(row, currency))
        except BillingError as error:
            return ListPricePayload(user_errors=[UserError.of(error)])
