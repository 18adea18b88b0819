"""Payment methods: what can be charged, and which one is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.mutations import answer, changing, mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.payment_methods import has_expired
from app.domain.periods import local_date
from app.services import payment_methods as service

A_CARD = (
    "The payment provider's token of a card, never its number. The sandbox provider has test "
    "cards. card_ok, card_two and card_three pay; card_answer_lost pays, but its first answer is "
    "lost; card_expiring pays and ends with the next month. Each of the others is declined for the "
    "reason in its name: card_declined, card_insufficient_funds, card_lost, card_stolen, "
    "card_expired, card_incorrect_cvc, card_processing_error, card_do_not_honor, "
    "card_authentication_required."
)


@strawberry.type(description="A card that can be charged. Its number never reaches us.")
class PaymentMethod:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    brand: str = strawberry.field(description="Such as visa.")
    last4: str = strawberry.field(description="The last four digits.")
    expires_on: date | None = strawberry.field(
        description="The last day on which it can be charged; null if the provider did not say."
    )
    created_at: datetime = strawberry.field(description="When it was added.")
    removed_at: datetime | None = strawberry.field(
        description="When it was removed; it is shown then only beside what it has paid."
    )

    @classmethod
    def of(cls, row: Any) -> "PaymentMethod":
        return cls(
            row=row,
            id=encode("paymentmethod", row.account_id, row.id),
            brand=row.brand,
            last4=row.last4,
            expires_on=row.expires_on,
            created_at=row.created_at,
            removed_at=row.removed_at,
        )

    @strawberry.field(
        description="Whether this one is charged. Cards of another payment provider than the one "
        "that charges now never are: then none is, until one is added again."
    )
    def is_default(self, info: Info) -> bool:
        of_now: bool = self.row.provider == info.context.perseat.provider.name
        return of_now and bool(self.row.is_default)

    @strawberry.field(
        description="Whether its last day is over, by the account's calendar. It is charged all "
        "the same: banks renew cards behind a token."
    )
    async def expired(self, info: Info) -> bool:
        (account,) = await info.context.loaders.account.load((self.row.account_id,))
        now = account.test_clock or info.context.perseat.clock.now()
        return has_expired(self.row.expires_on, local_date(now, account.billing_timezone))


@strawberry.input(description="Add a payment method.")
class AddPaymentMethodInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    token: str = strawberry.field(description=A_CARD)
    make_default: bool = strawberry.field(
        default=True, description="Whether it is charged from now on; the first one always is."
    )


@strawberry.type(description="What came of adding a payment method.")
class AddPaymentMethodPayload:
    payment_method: PaymentMethod | None = strawberry.field(
        default=None, description="The payment method."
    )
    payment_methods: list[PaymentMethod] = strawberry.field(
        default_factory=list, description="All that the account has afterwards, newest first."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="A payment method of an account.")
class PaymentMethodInput:
    id: strawberry.ID = strawberry.field(description="The payment method.")


@strawberry.type(description="What came of changing a payment method.")
class PaymentMethodPayload:
    payment_method: PaymentMethod | None = strawberry.field(
        default=None, description="The payment method afterwards."
    )
    payment_methods: list[PaymentMethod] = strawberry.field(
        default_factory=list, description="All that the account has afterwards, newest first."
    )
    user_errors: list[UserError] = user_errors()


async def _payload(uow: UnitOfWork, row: Any) -> PaymentMethodPayload:
    every = await service.of_account(uow, row.account_id)
    return PaymentMethodPayload(
        payment_method=PaymentMethod.of(row),
        payment_methods=[PaymentMethod.of(each) for each in every],
    )


@strawberry.type
class PaymentMethodMutation:
    @strawberry.mutation(
        description="Add a payment method; the same token again is the same one. If it becomes "
        "the default, what was declined or is past due is tried again with it at once."
    )
    async def add_payment_method(
        self, info: Info, input: AddPaymentMethodInput
    ) -> AddPaymentMethodPayload:
        running = info.context.perseat

        async def whole(account_id: UUID, _: UUID) -> AddPaymentMethodPayload:
            card = await service.attach(running.tenants, running.provider, account_id, input.token)
            async with changing(info, account_id) as uow:
                row = await service.add_payment_method(
                    uow, running.provider.name, account_id, card, default=input.make_default
                )
                every = await service.of_account(uow, account_id)
            return AddPaymentMethodPayload(
                payment_method=PaymentMethod.of(row),
                payment_methods=[PaymentMethod.of(each) for each in every],
            )

        target = ("account", input.account_id, "accountId")
        return await answer(info, AddPaymentMethodPayload, target, whole)

    @strawberry.mutation(
        description="Charge this payment method from now on. What was declined or is past due is "
        "tried again with it at once; for the one that is the default already nothing changes."
    )
    async def set_default_payment_method(
        self, info: Info, input: PaymentMethodInput
    ) -> PaymentMethodPayload:
        async def work(uow: UnitOfWork, account_id: UUID, id: UUID) -> PaymentMethodPayload:
            return await _payload(uow, await service.set_default(uow, account_id, id))

        target = ("paymentmethod", input.id, "id")
        return await mutate(info, PaymentMethodPayload, target, work)

    @strawberry.mutation(
        description="Charge this payment method no more. The newest of the others becomes the "
        "default in its place. Without any, what falls due becomes past due and credits are not "
        "topped up. Refused while a payment with it is under way."
    )
    async def remove_payment_method(
        self, info: Info, input: PaymentMethodInput
    ) -> PaymentMethodPayload:
        async def work(uow: UnitOfWork, account_id: UUID, id: UUID) -> PaymentMethodPayload:
            return await _payload(uow, await service.remove(uow, account_id, id))

        target = ("paymentmethod", input.id, "id")
        return await mutate(info, PaymentMethodPayload, target, work)
