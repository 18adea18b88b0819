"""Payment methods and payments."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.auth import Operation
from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.money import Money
from api.mutations import answer, changing, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.payments import PaymentStatus, Purpose
from app.services import payment_methods as methods
from app.services import payments as service


@strawberry.type(description="A card that can be charged. Its number never reaches us.")
class PaymentMethod:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    brand: str = strawberry.field(description="Such as visa.")
    last4: str = strawberry.field(description="The last four digits.")
    is_default: bool = strawberry.field(description="Whether this one is charged.")
    created_at: datetime = strawberry.field(description="When it was added.")

    @classmethod
    def of(cls, row: Any) -> "PaymentMethod":
        return cls(
            id=encode("paymentmethod", row.account_id, row.id),
            brand=row.brand,
            last4=row.last4,
            is_default=row.is_default,
            created_at=row.created_at,
        )


@strawberry.type(description="A charge of a payment method.")
class Payment:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    purpose: Purpose = strawberry.field(description="What it is for.")
    status: PaymentStatus = strawberry.field(description="How far it has come.")
    amount: Money = strawberry.field(description="What is or was to be charged.")
    decline_code: str | None = strawberry.field(description="Why it was declined.")
    created_at: datetime = strawberry.field(description="When it was intended.")
    settled_at: datetime | None = strawberry.field(description="When its outcome was booked.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "Payment":
        return cls(
            id=encode("payment", row.account_id, row.id),
            purpose=row.purpose,
            status=row.status,
            amount=Money.of(row.amount, currency),
            decline_code=row.decline_code,
            created_at=row.created_at,
            settled_at=row.settled_at,
        )

    @classmethod
    async def load(cls, uow: UnitOfWork, row: Any) -> "Payment":
        return cls.of(row, await service.currency_of(uow, row.account_id))


@strawberry.input(description="Add a payment method; it becomes the default.")
class AddPaymentMethodInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    token: str = strawberry.field(
        description="The payment provider's token; the sandbox knows card_ok and card_declined."
    )


@strawberry.type(description="What came of adding a payment method.")
class AddPaymentMethodPayload:
    payment_method: PaymentMethod | None = strawberry.field(
        default=None, description="The new default."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type
class PaymentMutation:
    @strawberry.mutation(
        description="Add a payment method. What was declined before is tried again with it."
    )
    async def add_payment_method(
        self, info: Info, input: AddPaymentMethodInput
    ) -> AddPaymentMethodPayload:
        running = info.context.perseat

        async def whole(account_id: UUID, _: UUID) -> AddPaymentMethodPayload:
            card = await methods.attach(running.tenants, running.provider, account_id, input.token)
            async with changing(info, account_id) as uow:
                row = await methods.add_payment_method(uow, running.provider.name, account_id, card)
            return AddPaymentMethodPayload(payment_method=PaymentMethod.of(row))

        target = ("account", input.account_id, "accountId")
        return await answer(info, Operation.WRITE_MONEY, AddPaymentMethodPayload, target, whole)
