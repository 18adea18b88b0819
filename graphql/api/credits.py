"""Prepaid credits: the balance, what moved it, and automatic top-up."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.alerts import AlertFields, SetCreditAlertsInput
from api.burn import BurnFields
from api.context import Info
from api.debts import DebtFields
from api.entries import EntryFields
from api.errors import UserError
from api.funds import FundsFields
from api.money import Money
from api.mutations import mutate, once, user_errors
from api.pagination import FIRST, Connection, connect, page_of
from api.payments import Payment
from api.top_ups import REFUSED, AutoTopUp, TopUpDecision, TopUpRefusal
from app.db.unit_of_work import UnitOfWork
from app.domain.money import from_decimal
from app.domain.top_up_decisions import TopUpOutcome
from app.services import alerts
from app.services import credits as service
from app.services import payments as payment_service


@strawberry.type(description="Prepaid money for usage. It never pays licences.")
class Credits(EntryFields, FundsFields, BurnFields, AlertFields, DebtFields):
    balance: Money = strawberry.field(
        description="What is left; negative is debt, or accrued usage that is paid afterwards."
    )
    auto_top_up: AutoTopUp = strawberry.field(description="The rule of automatic top-up.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "Credits":
        return cls(
            account_id=row.account_id,
            currency=currency,
            micros=row.balance,
            balance=Money.of(row.balance, currency),
            auto_top_up=AutoTopUp.of(row, currency),
        )

    @strawberry.field(description="Top-ups and purchases, newest first, with their outcome.")
    async def top_ups(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[Payment]:
        page = page_of(
            "payments", first, after, any_of=(("purpose", "TOP_UP"), ("purpose", "PURCHASE"))
        )
        rows = await info.context.loaders.page.load((page, self.account_id))
        return connect(page, rows, lambda row: Payment.of(row, self.currency))

    @strawberry.field(
        description="Every decision whether to top up, newest first; of one outcome, if given."
    )
    async def top_up_decisions(
        self,
        info: Info,
        first: int = FIRST,
        after: str | None = None,
        outcome: TopUpOutcome | None = None,
    ) -> Connection[TopUpDecision]:
        only = () if outcome is None else (("outcome", outcome),)
        page = page_of("top_up_decisions", first, after, by=("number",), equals=only)
        rows = await info.context.loaders.page.load((page, self.account_id))
        return connect(page, rows, lambda row: TopUpDecision.of(row, self.currency))

    @strawberry.field(description="Low balances that were not topped up, newest first.")
    async def refusals(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[TopUpRefusal]:
        page = page_of("top_up_decisions", first, after, by=("number",), any_of=REFUSED)
        rows = await info.context.loaders.page.load((page, self.account_id))
        return connect(page, rows, lambda row: TopUpRefusal.of(row, self.currency))


@strawberry.input(description="Buy credits with the default payment method.")
class BuyCreditsInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    amount: Decimal = strawberry.field(description="1.00 to 100000.00, at most two decimals.")
    idempotency_key: str = strawberry.field(
        description="Any text of up to 200 characters that is new for each new purchase."
    )


@strawberry.type(description="What came of buying credits.")
class BuyCreditsPayload:
    payment: Payment | None = strawberry.field(
        default=None, description="The payment; credits appear when it has succeeded."
    )
    credits: Credits | None = strawberry.field(
        default=None, description="The credits, with what is pending; the balance rises later."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What came of setting alerts.")
class SetCreditAlertsPayload:
    credits: Credits | None = strawberry.field(default=None, description="The credits.")
    user_errors: list[UserError] = user_errors()


async def _credits(uow: UnitOfWork, account_id: UUID) -> Credits:
    currency = await payment_service.currency_of(uow, account_id)
    return Credits.of(await service.get(uow, account_id), currency)


@strawberry.type
class CreditMutation:
    @strawberry.mutation(description="Buy credits; the same key never charges twice.")
    async def buy_credits(self, info: Info, input: BuyCreditsInput) -> BuyCreditsPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> BuyCreditsPayload:
            async def buy() -> dict[str, Any]:
                amount = from_decimal(input.amount, field="amount")
                return {"payment": str((await service.buy_credits(uow, account_id, amount)).id)}

            done = await once(uow, account_id, "buyCredits", input, buy)
            payment = await payment_service.get(uow, account_id, UUID(done["payment"]))
            return BuyCreditsPayload(
                payment=await Payment.load(uow, payment), credits=await _credits(uow, account_id)
            )

        target = ("account", input.account_id, "accountId")
        return await mutate(info, BuyCreditsPayload, target, work)

    @strawberry.mutation(
        description="Set the amounts at which somebody is told of the balance. One that the "
        "balance has reached already waits until it is above it."
    )
    async def set_credit_alerts(
        self, info: Info, input: SetCreditAlertsInput
    ) -> SetCreditAlertsPayload:
        async def work(uow: UnitOfWork, account_id: UUID, _: UUID) -> SetCreditAlertsPayload:
            thresholds = [from_decimal(each, field="thresholds") for each in input.thresholds]
            await alerts.set_credit_alerts(uow, account_id, thresholds)
            return SetCreditAlertsPayload(credits=await _credits(uow, account_id))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, SetCreditAlertsPayload, target, work)
