"""Payments: how far each has come, who said so, and what a person can say of it."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.money import Money
from api.mutations import mutate, once, user_errors
from api.pagination import FIRST, Connection, connect, page_of
from api.payment_methods import PaymentMethod
from app.db.unit_of_work import UnitOfWork
from app.domain.payments import OPEN, Outcome, PaymentStatus, Purpose, Source, Told
from app.domain.users import needed_reason
from app.services import payments as service
from app.services import settlements
from app.store import pages

if TYPE_CHECKING:
    from api.accounts import Account
    from api.invoices import Invoice


@strawberry.type(description="A step of a payment; the first is that it was intended.")
class PaymentStep:
    status: PaymentStatus = strawberry.field(description="How far it came with this step.")
    source: Source = strawberry.field(description="Who brought the news.")
    actor: str | None = strawberry.field(description="The operator who said so, if one did.")
    reason: str | None = strawberry.field(
        description="What the operator said, or why nothing is known."
    )
    created_at: datetime = strawberry.field(description="When, by the machine's clock.")

    @classmethod
    def of(cls, row: Any) -> "PaymentStep":
        return cls(
            status=row.to_status,
            source=row.source,
            actor=row.actor,
            reason=row.reason,
            created_at=row.created_at,
        )


@strawberry.type(description="A charge of a payment method.")
class Payment:
    row: strawberry.Private[Any]
    currency: strawberry.Private[str | None]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    purpose: Purpose = strawberry.field(description="What it is for.")
    status: PaymentStatus = strawberry.field(description="How far it has come.")
    decline_code: str | None = strawberry.field(description="Why it was declined.")
    created_at: datetime = strawberry.field(description="When it was intended.")
    settled_at: datetime | None = strawberry.field(description="When its outcome was booked.")
    provider: str = strawberry.field(description="Which payment provider was asked.")
    provider_reference: str | None = strawberry.field(
        description="What the provider calls the charge, to find it there."
    )
    provider_key: str = strawberry.field(
        description="By which it was asked, to find the charge there where no reference is known."
    )
    attempts: int = strawberry.field(
        description="How often the provider was asked, always by the same key: it charges once."
    )
    next_look_at: datetime | None = strawberry.field(
        description="While the outcome is unknown: when the provider is asked again."
    )

    @classmethod
    def of(cls, row: Any, currency: str | None = None) -> "Payment":
        return cls(
            row=row,
            currency=currency,
            id=encode("payment", row.account_id, row.id),
            purpose=row.purpose,
            status=row.status,
            decline_code=row.decline_code,
            created_at=row.created_at,
            settled_at=row.settled_at,
            provider=row.provider,
            provider_reference=row.reference,
            provider_key=str(row.id),
            attempts=row.attempts,
            next_look_at=row.lease_until if row.status == PaymentStatus.UNKNOWN else None,
        )

    @classmethod
    async def load(cls, uow: UnitOfWork, row: Any) -> "Payment":
        return cls.of(row, await service.currency_of(uow, row.account_id))

    @strawberry.field(description="What is or was to be charged.")
    async def amount(self, info: Info) -> Money:
        return await self._money(info, self.row.amount)

    async def _money(self, info: Info, amount: int) -> Money:
        if self.currency is None:
            (account,) = await info.context.loaders.account.load((self.row.account_id,))
            return Money.of(amount, account.currency)
        return Money.of(amount, self.currency)

    @strawberry.field(
        description="What was charged; null for a charge that was adopted: nobody here knows it."
    )
    async def payment_method(self, info: Info) -> PaymentMethod | None:
        if self.row.payment_method_id is None:
            return None
        key = (self.row.account_id, self.row.payment_method_id)
        (row,) = await info.context.loaders.payment_method.load(key)
        return PaymentMethod.of(row)

    @strawberry.field(description="What of it was given back by refunds, and what is on its way.")
    async def amount_refunded(self, info: Info) -> Money:
        rows = await info.context.loaders.payment_refunds.load((self.row.account_id, self.row.id))
        return await self._money(info, sum(each.amount for each in rows))

    @strawberry.field(
        description="What the provider took back after success, and has not returned since: it is "
        "owed again, by the invoice or as a debt of credits."
    )
    async def amount_taken_back(self, info: Info) -> Money:
        key, loaders = (self.row.account_id, self.row.id), info.context.loaders
        gone = sum(each.amount for each in await loaders.late_failures.load(key))
        back = sum(each.amount for each in await loaders.reinstatements.load(key))
        return await self._money(info, gone - back)

    @strawberry.field(description="Every step that it took, oldest first.")
    async def steps(self, info: Info) -> list[PaymentStep]:
        rows = await info.context.loaders.payment_steps.load((self.row.account_id, self.row.id))
        return [PaymentStep.of(row) for row in sorted(rows, key=lambda row: row.number)]

    @strawberry.field(
        description="The invoice that it pays, or for credits the one it made when it succeeded."
    )
    async def invoice(
        self, info: Info
    ) -> Annotated["Invoice", strawberry.lazy("api.invoices")] | None:
        from api.invoices import Invoice  # noqa: PLC0415 - they show each other

        if self.row.invoice_id is None:
            return None
        key = (self.row.account_id, self.row.invoice_id)
        (row,) = await info.context.loaders.invoice.load(key)
        return Invoice.of(row)

    @strawberry.field(description="Whose it is.")
    async def account(self, info: Info) -> Annotated["Account", strawberry.lazy("api.accounts")]:
        from api.accounts import Account  # noqa: PLC0415 - they show each other

        (row,) = await info.context.loaders.account.load((self.row.account_id,))
        return Account.of(row)


@strawberry.enum(description="What an operator has found out about a payment.")
class PaymentResolution(Enum):
    TAKEN = strawberry.enum_value("TAKEN", description="The provider has taken the money.")
    NOT_TAKEN = strawberry.enum_value(
        "NOT_TAKEN",
        description="It has not, and never will: it counts as declined, and may be tried anew.",
    )


@strawberry.input(
    description="Say what came of a payment whose outcome is UNKNOWN, where the provider can't."
)
class ResolvePaymentInput:
    payment_id: strawberry.ID = strawberry.field(description="The payment; it must be UNKNOWN.")
    resolution: PaymentResolution = strawberry.field(
        description="What was found out at the provider. Look it up there: what is taken and said "
        "to be not taken would be charged twice."
    )
    provider_reference: str | None = strawberry.field(
        default=None, description="What the provider calls the charge."
    )
    reason: str = strawberry.field(description="How it was found out; kept with the step.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new wish."
    )


@strawberry.type(description="What came of resolving a payment.")
class ResolvePaymentPayload:
    payment: Payment | None = strawberry.field(default=None, description="It afterwards.")
    user_errors: list[UserError] = user_errors()


NOT_TAKEN = "not_taken"


def _outcome(given: ResolvePaymentInput) -> Outcome:
    taken = given.resolution is PaymentResolution.TAKEN
    return Outcome(None if taken else NOT_TAKEN, given.provider_reference or None)


@strawberry.type
class PaymentQuery:
    @strawberry.field(
        description="Payments of all accounts, newest first, for operators: of one status, or "
        "those that are not settled. What stays UNKNOWN for long waits for resolvePayment."
    )
    async def payments(
        self,
        info: Info,
        status: PaymentStatus | None = None,
        first: int = FIRST,
        after: str | None = None,
    ) -> Connection[Payment]:
        wanted = sorted(OPEN) if status is None else [status]
        page = page_of("payments", first, after, any_of=tuple(("status", each) for each in wanted))
        async with info.context.loaders.session() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, Payment.of)


@strawberry.type
class PaymentMutation:
    @strawberry.mutation(
        description="Settle a payment by what a person has found out. For operators."
    )
    async def resolve_payment(
        self, info: Info, input: ResolvePaymentInput
    ) -> ResolvePaymentPayload:
        async def work(
            uow: UnitOfWork, account_id: UUID, payment_id: UUID
        ) -> ResolvePaymentPayload:
            async def resolve() -> dict[str, Any]:
                actor = info.context.principal.actor.name
                told = Told(Source.OPERATOR, actor, needed_reason(input.reason))
                await settlements.resolve(uow, account_id, payment_id, _outcome(input), told)
                return {}

            await once(uow, account_id, "resolvePayment", input, resolve)
            payment = await service.get(uow, account_id, payment_id)
            return ResolvePaymentPayload(payment=await Payment.load(uow, payment))

        target = ("payment", input.payment_id, "paymentId")
        return await mutate(info, ResolvePaymentPayload, target, work)
