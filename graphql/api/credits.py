"""Prepaid credits: the balance, what moved it, and automatic top-up."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.auth import Operation
from api.context import Info
from api.errors import UserError
from api.ids import encode
from api.money import Money
from api.mutations import mutate, once, user_errors
from api.pagination import FIRST, Connection, connect, page_of
from api.payments import Payment
from api.top_ups import REFUSED, AutoTopUp, TopUpDecision, TopUpRefusal
from app.db.unit_of_work import UnitOfWork
from app.domain.ledger import Book, TransferKind
from app.domain.money import from_decimal
from app.domain.top_up_decisions import TopUpOutcome
from app.services import credits as service
from app.services import payments as payment_service


@strawberry.type(description="One movement of credits.")
class CreditEntry:
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    kind: TransferKind = strawberry.field(description="What moved them.")
    amount: Money = strawberry.field(description="Positive in, negative out; exact.")
    at: datetime = strawberry.field(description="When it counts.")


@strawberry.type(description="Prepaid money for usage. It never pays licences.")
class Credits:
    account_id: strawberry.Private[UUID]
    currency: strawberry.Private[str]
    balance: Money = strawberry.field(description="What is left; negative is debt.")
    auto_top_up: AutoTopUp = strawberry.field(description="The rule of automatic top-up.")

    @classmethod
    def of(cls, row: Any, currency: str) -> "Credits":
        return cls(
            account_id=row.account_id,
            currency=currency,
            balance=Money.of(row.balance, currency),
            auto_top_up=AutoTopUp.of(row, currency),
        )

    @strawberry.field(description="What moved the balance, newest first.")
    async def entries(
        self, info: Info, first: int = FIRST, after: str | None = None
    ) -> Connection[CreditEntry]:
        page = page_of(
            "ledger_transfers",
            first,
            after,
            any_of=(("debit", Book.CREDITS), ("credit", Book.CREDITS)),
        )
        rows = await info.context.loaders.page.load((page, self.account_id))
        return connect(page, rows, self._entry)

    def _entry(self, row: Any) -> CreditEntry:
        amount = row.amount if row.credit is Book.CREDITS else -row.amount
        return CreditEntry(
            id=encode("entry", row.account_id, row.id),
            kind=row.kind,
            amount=Money.of(amount, self.currency),
            at=row.effective_at,
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
    user_errors: list[UserError] = user_errors()


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
            return BuyCreditsPayload(payment=await Payment.load(uow, payment))

        target = ("account", input.account_id, "accountId")
        return await mutate(info, Operation.WRITE_MONEY, BuyCreditsPayload, target, work)
