"""Add-ons: numbers, fees and products that renew with the term."""

from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.mutations import mutate, once, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.plans import Component
from app.services import add_ons as service


@strawberry.type(description="How many of one add-on the account wants at its next renewal.")
class AddOn:
    kind: Component = strawberry.field(description="What it is.")
    quantity: int = strawberry.field(description="How many.")

    @classmethod
    def of(cls, row: Any) -> "AddOn":
        return cls(kind=row.component, quantity=row.quantity)


@strawberry.input(description="Add or remove units of an add-on.")
class AddOnInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    kind: Component = strawberry.field(description="Any but LICENSE.")
    quantity: int = strawberry.field(description="How many more, or fewer; from 1.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new wish."
    )


@strawberry.type(description="What came of changing an add-on.")
class AddOnPayload:
    add_on: AddOn | None = strawberry.field(default=None, description="The add-on afterwards.")
    user_errors: list[UserError] = user_errors()


@strawberry.type
class AddOnMutation:
    @strawberry.mutation(description="Add units; in mid-term they are prorated.")
    async def add_add_on(self, info: Info, input: AddOnInput) -> AddOnPayload:
        return await _change(info, input, "addAddOn", service.add_add_on)

    @strawberry.mutation(description="Remove units: not renewed, and not refunded.")
    async def remove_add_on(self, info: Info, input: AddOnInput) -> AddOnPayload:
        return await _change(info, input, "removeAddOn", service.remove_add_on)


async def _change(info: Info, given: AddOnInput, name: str, change: Any) -> AddOnPayload:
    async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> AddOnPayload:
        async def once_only() -> dict[str, Any]:
            actor = info.context.principal.actor
            row = await change(uow, account_id, given.kind, given.quantity, actor=actor)
            return {"quantity": row.quantity}

        done = await once(uow, account_id, name, given, once_only)
        return AddOnPayload(add_on=AddOn(kind=given.kind, quantity=done["quantity"]))

    target = ("account", given.account_id, "accountId")
    return await mutate(info, AddOnPayload, target, work)
